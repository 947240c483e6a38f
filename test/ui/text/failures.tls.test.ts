import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, globalAgent, type ServerOptions } from 'node:https';
import { createServer as createPlainServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { generate } from 'selfsigned';
import { failureSentence } from '../../../src/ui/text/failures';
import { failureOf, httpWith, unhurried } from '../../core/support';

const day = 24 * 3600_000;
type Options = Parameters<typeof generate>[1];

async function certificate(options: Options = {}, ip = '127.0.0.1') {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'test' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip }] },
    ],
    ...options,
  });
  return { key, cert };
}

/** What the user reads of a real server with a real certificate, of each kind that is broken. */
describe('A TLS connection', () => {
  let servers: Server[];
  beforeEach(() => (servers = []));
  afterEach(() => {
    globalAgent.options.ca = undefined;
    for (const server of servers) server.close();
  });

  async function sentence(server: Server): Promise<string> {
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const instance = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const request = { method: 'GET', url: `${instance}/api/v4/version`, instance, signal: unhurried() } as const;
    const failure = await failureOf(httpWith().json({ ...request, token: 'secret' }));
    assert.equal(failure.kind, 'tls', JSON.stringify(failure));
    return failureSentence(failure).replace(/127\.0\.0\.1:\d+/, 'HOST');
  }
  const answer = createServer;
  const trusted = async (made: { readonly key: string; readonly cert: string }, options: ServerOptions = {}) => {
    globalAgent.options.ca = made.cert;
    return sentence(answer({ ...made, ...options }, (_, response) => response.end('{}')));
  };

  it('to an unknown authority', async () =>
    assert.match(
      await sentence(answer(await certificate())),
      /isn't trusted on this machine \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    ));

  it('to a server that leaves out the intermediate certificate', async () => {
    const ca = await certificate();
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], { ca });
    assert.match(
      await sentence(answer({ key, cert })),
      /isn't trusted on this machine \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
    );
  });

  it('with an expired certificate', async () => {
    const [from, to] = [new Date(Date.now() - 9 * day), new Date(Date.now() - day)];
    assert.equal(
      await trusted(await certificate({ notBeforeDate: from, notAfterDate: to })),
      'The certificate of HOST has expired. Contact its administrator, or check the clock of this computer.',
    );
  });

  it('with a certificate that is not valid yet', async () => {
    const [from, to] = [new Date(Date.now() + day), new Date(Date.now() + 9 * day)];
    assert.equal(
      await trusted(await certificate({ notBeforeDate: from, notAfterDate: to })),
      "The certificate of HOST isn't valid yet. Check the clock of this computer.",
    );
  });

  it('with a certificate for another name', async () =>
    assert.equal(
      await trusted(await certificate({}, '192.0.2.1')),
      'The certificate of HOST is for another host name. Check the URL in gitlabBuilds.instances.',
    ));

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    it(`to a server that requires a client certificate, with ${version}`, async () =>
      assert.match(
        await trusted(await certificate(), { requestCert: true, minVersion: version, maxVersion: version }),
        /^(HOST requires|Couldn't agree on .*It may require) a client certificate, which this extension doesn't support/,
      ));

  it('to a port without TLS', async () =>
    assert.match(
      await sentence(createPlainServer((_, response) => response.end('{}'))),
      /^HOST doesn't use TLS on that port/,
    ));

  it('to a server that only supports an outdated version', async () =>
    assert.match(
      await trusted(await certificate(), { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      /^Couldn't agree on a secure connection with HOST \(\w+\)/,
    ));
});
