// What pylibmc's module has beside its client: libmemcached's numbers by name, and what was built in.

import { distributions, hashers } from './behaviors';

export const hash_crc = hashers.crc;
export const hash_default = hashers.default;
export const hash_fnv1_32 = hashers.fnv1_32;
export const hash_fnv1_64 = hashers.fnv1_64;
export const hash_fnv1a_32 = hashers.fnv1a_32;
export const hash_fnv1a_64 = hashers.fnv1a_64;
export const hash_hsieh = hashers.hsieh;
export const hash_jenkins = hashers.jenkins;
export const hash_md5 = hashers.md5;
export const hash_murmur = hashers.murmur;

export const distribution_consistent = distributions.consistent;
export const distribution_consistent_ketama = distributions['consistent ketama'];
export const distribution_consistent_ketama_spy = distributions['consistent ketama spy'];
export const distribution_consistent_max = distributions['consistent max'];
export const distribution_consistent_weighted = distributions['consistent weighted'];
export const distribution_modula = distributions.modula;
export const distribution_random = distributions.random;
export const distribution_virtual_bucket = distributions['virtual bucket'];

/** libmemcached's number of the namespace callback. */
export const callback_namespace = 0;
export const support_compression = true;
export const support_sasl = true;
