// Which modules for sockets are loaded by an entry of the package.
const [entry] = process.argv.slice(2);
require(entry);
const loaded = process.moduleLoadList.map((each) => each.replace('NativeModule ', ''));
const sockets = loaded.filter((each) => /^(net|tls|dns)$/.test(each));
console.log(JSON.stringify({ sockets }));
