import assert from 'node:assert/strict';
import { badGateway, brokenJson, htmlPage, rateLimited, serverError, type Fault } from '../../gitlab/faults';
import { failureOf } from '../support';
import { Branch, isGraphql } from './branch';

/** The fault by which the GitLab says that it is this version from now on. */
const upgradedTo = (version: string): Fault => ({
  when: ({ path }) => path.endsWith('/version'),
  answer: { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ version }) },
});

describe('The version of a server', () => {
  let at: Branch;
  beforeEach(async () => {
    at = await Branch.start('18.9');
    await at.listing();
  });
  afterEach(() => at.fake.close());

  const versionsAsked = async (work: () => Promise<unknown>) =>
    (await at.asked(work)).filter((path) => path.endsWith('version')).length;

  it('is not requested again while all goes well', async () => {
    assert.equal(await versionsAsked(() => at.listing()), 0);
  });

  const outages: Readonly<Record<string, Fault>> = {
    'a 502': badGateway(),
    'a 500': serverError(),
    'a connection reset': { reset: 'beforeHeaders' },
    'an HTML page from a proxy': htmlPage(),
    'damaged JSON': brokenJson(),
  };
  for (const [what, fault] of Object.entries(outages))
    it(`is requested once with the first refresh after ${what}, which then follows the new version's rules`, async () => {
      at.fake.faults = [fault];
      await failureOf(at.listing());
      at.fake.faults = [upgradedTo('18.11.2-ee')];
      const { builds } = await at.listing();
      assert.deepEqual([at.client.server?.version, builds.length], ['18.11.2-ee', 11]);
      assert.equal(await versionsAsked(() => at.listing()), 0);
    });

  it("keeps the server's cached facts if it is unchanged", async () => {
    at.fake.faults = [serverError()];
    await failureOf(at.listing());
    const { server } = at.client;
    at.fake.faults = [];
    assert.equal(await versionsAsked(() => at.listing()), 1);
    assert.deepEqual(at.client.server, server);
  });

  it('stays in doubt until it is received', async () => {
    at.fake.faults = [serverError()];
    await failureOf(at.listing());
    at.fake.faults = [{ ...serverError(), when: ({ path }) => path.endsWith('/version') }];
    await at.listing();
    at.fake.faults = [upgradedTo('18.11.2-ee')];
    await at.listing();
    assert.equal(at.client.server?.version, '18.11.2-ee');
  });

  it('is requested when responses change: GraphQL is refused although it worked before', async () => {
    const refusal = JSON.stringify({ errors: [{ message: 'Nothing of the kind' }] });
    const answer = { status: 200, headers: { 'Content-Type': 'application/json' }, body: refusal };
    at.fake.faults = [upgradedTo('12.1.0'), { when: isGraphql, answer }];
    await at.listing();
    assert.equal(at.client.server?.version, '12.1.0');
  });

  it('is not requested because GitLab says to come back later', async () => {
    at.fake.faults = [rateLimited({ retryAfter: 30 })];
    assert.equal((await failureOf(at.listing())).kind, 'rateLimited');
    at.fake.faults = [];
    // The pause is over by the clock of the client.
    at.now += 60_000;
    assert.equal(await versionsAsked(() => at.listing()), 0);
  });
});
