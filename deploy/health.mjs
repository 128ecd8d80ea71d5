// The container's health check: ends with 0 when the dashboard says that it is ready. Plain JavaScript without any
// library, as it runs every half minute beside the server.
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

const { HTTP_HOST = '127.0.0.1', HTTP_PORT = '8080', HTTP_TLS_CERT } = process.env;
const hostname = { '0.0.0.0': '127.0.0.1', '::': '::1' }[HTTP_HOST] ?? HTTP_HOST;
const secure = HTTP_TLS_CERT !== undefined;

// It asks itself: whose certificate that is says nothing here.
const options = { hostname, port: HTTP_PORT, path: '/readyz', timeout: 5_000, rejectUnauthorized: false };
const request = (secure ? getSecure : getPlain)(options, (response) => {
  response.resume();
  if (response.statusCode !== 200) fail(`it answered ${response.statusCode}`);
});
request.on('timeout', () => request.destroy(new Error('no answer within 5 s')));
request.on('error', (error) => fail(error.message));

function fail(why) {
  console.error(`not ready: ${why}`);
  process.exitCode = 1;
}
