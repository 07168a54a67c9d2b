// Statistics: what is converted, and what stays text.

import { itemsOf, settingsOf, sizesOf, slabsOf, statsOf } from './stats';

type Rows = Parameters<typeof statsOf>[0];

it('stats are numbers where python-memcached2 knows them to be, and text else', () => {
  const rows: Rows = [
    ['pid', '42'],
    ['bytes', '18446744073709551615'],
    ['rusage_user', '0.004933'],
    ['version', '1.6.18'],
    ['get_hits', '5'],
    ['curr_items', 'many'],
    ['time', '-1'],
  ];
  expect({ ...statsOf(rows) }).toEqual({
    pid: 42,
    bytes: 18446744073709551615n,
    rusage_user: 0.004933,
    version: '1.6.18',
    get_hits: '5',
    curr_items: 'many',
    time: -1,
  });
});

it('settings are switches too', () => {
  const rows: Rows = [
    ['maxbytes', '67108864'],
    ['growth_factor', '1.25'],
    ['cas_enabled', 'yes'],
    ['detail_enabled', 'no'],
    ['slab_reassign', '1'],
    ['maxconns_fast', '0'],
    ['slab_automove', '2'],
    ['inter', '127.0.0.1,::1 and more'],
    ['growth_factor', 'nan'],
  ];
  expect({ ...settingsOf(rows) }).toEqual({
    maxbytes: 67108864,
    growth_factor: 'nan',
    cas_enabled: true,
    detail_enabled: false,
    slab_reassign: true,
    maxconns_fast: false,
    slab_automove: '2',
    inter: '127.0.0.1,::1 and more',
  });
});

it('items and slabs are by class', () => {
  expect(
    JSON.parse(
      JSON.stringify(
        itemsOf([
          ['items:1:number', '3'],
          ['items:1:age_hot', '0'],
          ['items:20:number', '4'],
          ['other:1:number', '5'],
          ['items', '6'],
        ]),
      ),
    ),
  ).toEqual({ '1': { number: 3, age_hot: '0' }, '20': { number: 4 } });
  expect(
    JSON.parse(
      JSON.stringify(
        slabsOf([
          ['1:chunk_size', '96'],
          ['1:other', '1'],
          ['active_slabs', '1'],
          ['total_malloced', '1048576'],
          ['something', '7'],
        ]),
      ),
    ),
  ).toEqual({
    slabs: { '1': { chunk_size: 96, other: '1' } },
    active_slabs: 1,
    total_malloced: 1048576,
    something: '7',
  });
});

it('sizes are pairs of numbers', () => {
  expect(
    sizesOf([
      ['64', '1'],
      ['96', '2'],
    ]),
  ).toEqual([
    [64, 1],
    [96, 2],
  ]);
  expect(sizesOf([['sizes_status', 'disabled']])).toEqual([]);
});

it('names from a server are no properties of objects', () => {
  const stats = statsOf([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  expect(Object.keys(stats)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(stats)).toBeNull();
  const slabs = itemsOf([['items:__proto__:number', '1']]);
  expect(Object.keys(slabs)).toEqual(['__proto__']);
  expect(({} as { number?: unknown }).number).toBeUndefined();
});
