// What compat tests need besides the code under test: servers, Python, a recording proxy, a bare socket.
export * from './calls';
export * from './codec';
export { LoggingProxy, Recording } from './proxy';
export { Python, PythonObject, PythonRaised, type Outcome, type Raised } from './python';
export { RawConnection, type RawEntry } from './raw';
export {
  Memcached,
  refusingPort,
  startServers,
  stopServers,
  type MemcachedOptions,
} from './servers';
