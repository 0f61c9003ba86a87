// The suite's origin server → the same on the loopback interface alone; by itself it listens on all.

import http from 'node:http'

const listen = http.Server.prototype.listen
http.Server.prototype.listen = function (port) {
  return listen.call(this, port, '127.0.0.1')
}
await import(process.argv[2])
