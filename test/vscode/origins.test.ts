import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { foreignOrigins, recordedOrigins, recorderArguments, recordOrigins, targetOf } from './origins';
import { temporaryFolder } from './temporaryFolder';

/** Asks in every way that Node has; nobody answers, so each is told by its target alone. */
const program = `
  const { connect } = require('node:net');
  const { connect: secure } = require('node:tls');
  const settled = (start) => new Promise((resolve) => start().on('error', resolve).on('close', resolve));
  const asked = [
    settled(() => require('node:http').get('http://plain.invalid/path')),
    settled(() => require('node:https').get('https://secure.invalid')),
    fetch('http://fetched.invalid:8080/').catch(() => undefined),
    settled(() => require('node:http2').connect('https://second.invalid')),
    settled(() => connect(1, '127.0.0.1')),
    settled(() => connect({ port: 1, host: '127.0.0.2' })),
    settled(() => secure(443, 'tls.invalid')),
    settled(() => connect('/no/such/socket')),
    settled(() => connect({ path: '/no/such/socket' })),
  ];
  Promise.all(asked).then(() => process.exit());
`;

describe('Request origins', function () {
  this.timeout(30_000);
  const temporary = temporaryFolder('origins-');
  after(() => temporary.remove());

  async function originsOf(name: string, ...args: readonly string[]) {
    const file = join(temporary.path, name);
    recordOrigins(file);
    try {
      await promisify(execFile)(process.execPath, [...recorderArguments(), '-e', program, '--', ...args]);
    } finally {
      recordOrigins(undefined);
    }
    return recordedOrigins(file);
  }

  it('are those that an extension host contacts over HTTP, HTTPS, HTTP/2, fetch, TLS and sockets', async () => {
    const { asked, watched } = await originsOf('host', '--type=extensionHost');
    assert.deepEqual([...asked].sort(), [
      '127.0.0.1:1',
      '127.0.0.2:1',
      'fetched.invalid:8080',
      'plain.invalid:80',
      'second.invalid:443',
      'secure.invalid:443',
      'tls.invalid:443',
    ]);
    assert.equal(watched.length, 1);
  });

  it('exclude those of other processes of a VS Code server', async () => {
    assert.deepEqual(await originsOf('server'), { served: [], asked: [], watched: [] });
  });

  it("are foreign if the tests don't serve them", () => {
    const asked = ['127.0.0.1:8080', 'telemetry.example:443'];
    assert.deepEqual(foreignOrigins({ served: ['127.0.0.1:8080'], asked, watched: [] }), ['telemetry.example:443']);
  });

  it('make a VS Code server record nothing unless that is requested', () => {
    assert.deepEqual(recorderArguments(), []);
  });

  it('have the host localhost if there is none', () => {
    assert.equal(targetOf([80]), 'localhost:80');
    assert.equal(targetOf([{ port: 80 }]), 'localhost:80');
    assert.equal(targetOf([[{ port: '80' }, null]]), 'localhost:80');
  });
});
