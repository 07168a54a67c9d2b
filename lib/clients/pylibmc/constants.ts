// What pylibmc's module has beside its client: libmemcached's numbers by name, and what was built in.

import { distributions, hashers } from './behaviors';

/** libmemcached's number of the hash `crc`. */
export const hash_crc = hashers.crc;
/** libmemcached's number of the hash `default`. */
export const hash_default = hashers.default;
/** libmemcached's number of the hash `fnv1_32`. */
export const hash_fnv1_32 = hashers.fnv1_32;
/** libmemcached's number of the hash `fnv1_64`. */
export const hash_fnv1_64 = hashers.fnv1_64;
/** libmemcached's number of the hash `fnv1a_32`. */
export const hash_fnv1a_32 = hashers.fnv1a_32;
/** libmemcached's number of the hash `fnv1a_64`. */
export const hash_fnv1a_64 = hashers.fnv1a_64;
/** libmemcached's number of the hash `hsieh`. */
export const hash_hsieh = hashers.hsieh;
/** libmemcached's number of the hash `jenkins`. */
export const hash_jenkins = hashers.jenkins;
/** libmemcached's number of the hash `md5`. */
export const hash_md5 = hashers.md5;
/** libmemcached's number of the hash `murmur`. */
export const hash_murmur = hashers.murmur;

/** libmemcached's number of the distribution `consistent`. */
export const distribution_consistent = distributions.consistent;
/** libmemcached's number of the distribution `consistent ketama`. */
export const distribution_consistent_ketama = distributions['consistent ketama'];
/** libmemcached's number of the distribution `consistent ketama spy`. */
export const distribution_consistent_ketama_spy = distributions['consistent ketama spy'];
/** libmemcached's number of the distribution `consistent max`. */
export const distribution_consistent_max = distributions['consistent max'];
/** libmemcached's number of the distribution `consistent weighted`. */
export const distribution_consistent_weighted = distributions['consistent weighted'];
/** libmemcached's number of the distribution `modula`. */
export const distribution_modula = distributions.modula;
/** libmemcached's number of the distribution `random`. */
export const distribution_random = distributions.random;
/** libmemcached's number of the distribution `virtual bucket`. */
export const distribution_virtual_bucket = distributions['virtual bucket'];

/** libmemcached's number of the namespace callback. */
export const callback_namespace = 0;
/** Whether entries can be compressed. */
export const support_compression = true;
/** Whether SASL is spoken. */
export const support_sasl = true;
