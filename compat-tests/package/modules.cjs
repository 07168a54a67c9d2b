// The modules that an entry of the package loads: the package's own by path, and Node's for sockets.
const { dirname, relative, resolve, sep } = require('node:path');

const [entry] = process.argv.slice(2);
const root = resolve(dirname(require.resolve('memcache-py')));
require(entry.endsWith('.js') ? resolve(root, entry) : entry);
const files = Object.keys(require.cache)
  .filter((path) => path.startsWith(root + sep))
  .map((path) => relative(root, path).split(sep).join('/'));
const loaded = process.moduleLoadList.map((each) => each.replace('NativeModule ', ''));
const sockets = loaded.filter((each) => /^(net|tls|dns)$/.test(each));
console.log(JSON.stringify({ files, sockets }));
