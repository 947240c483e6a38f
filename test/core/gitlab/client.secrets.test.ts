import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { GitLabClient } from '../../../src/core/gitlab/client';
import type { HttpLimits } from '../../../src/core/gitlab/http/httpLimits';
import { badGateway, htmlPage, rackAttack, signInRedirect, type Fault } from '../../gitlab/faults';
import { smallProject } from '../../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../../gitlab/server';
import { bytesOf, clientOf, errorOf, Journal, unhurried, buildsAt } from '../support';

const token = 'glpat-S3CR3T-0123456789';
const signature = 'X-Amz-Signature';
const json = { 'Content-Type': 'application/json' };

describe('A secret', () => {
  let fake: FakeGitLab;
  let log: Journal;
  let sha: string;

  const client = (limits: Partial<HttpLimits> = {}): GitLabClient => clientOf(fake, { token, log, limits });
  const load = (limits?: Partial<HttpLimits>) => buildsAt(client(limits), 'group/sub.project', sha);
  const download = async () => {
    const { body } = await client().artifacts.archive('group/sub.project', 4, unhurried());
    return bytesOf(body);
  };
  /** Neither the error, however deep one looks, nor the log gives one away. */
  const assertKept = async (promise: Promise<unknown>): Promise<void> => {
    const error = await errorOf(promise);
    const { message = '', stack = '' } = error instanceof Error ? error : {};
    const shown = [inspect(error, { depth: 10, showHidden: true }), message, stack, JSON.stringify(error)];
    for (const text of [...shown, ...log.lines]) {
      assert.doesNotMatch(text, /S3CR3T|Signature|private-token/i);
    }
  };

  beforeEach(async () => {
    fake = await startGitLab({ artifacts: 'redirect' });
    log = new Journal();
    ({ sha } = smallProject(fake.world));
    fake.world.addUser({ username: 'sam', token, admin: true });
  });
  afterEach(() => fake.close());

  it('is not in the log of successful requests', async () => {
    await load();
    await download();
    assert.ok(fake.storage.requests[0]?.path.includes(signature));
    assert.deepEqual(
      log.lines.map((line) => line.replace(/\d+ ms$/, '# ms')),
      [
        'GET /api/v3/projects/group%2Fsub.project 200 # ms',
        `GET /api/v3/projects/1/repository/commits/${sha}/builds 200 # ms`,
        `GET /api/v3/projects/1/repository/commits/${sha}/statuses 200 # ms`,
        'GET /api/v3/projects/group%2Fsub.project 200 # ms',
        'GET /api/v3/projects/1/builds/4/artifacts 302 # ms',
        `GET ${fake.storage.url} 200 # ms`,
      ],
    );
  });

  const faults: Readonly<Record<string, () => Fault>> = {
    'a refused token': () => ({ answer: { status: 401, headers: json, body: '{"message":"401 Unauthorized"}' } }),
    'a rate limit': () => rackAttack(),
    'an HTML page': () => htmlPage(),
    'a sign-in page': () => signInRedirect(fake.url),
    'a server error': () => badGateway(),
    'a connection reset': () => ({ reset: 'beforeHeaders' }),
    'a lost connection': () => ({ reset: 'midBody' }),
    'a partial response': () => ({ truncate: 5 }),
    'an unexpected shape': () => ({ answer: { status: 200, headers: json, body: `[{"private_token":"${token}"}]` } }),
    'damaged JSON that contains it': () => ({
      answer: { status: 200, headers: json, body: `{"private_token":${token}}` },
    }),
    'a redirect that contains it': () => ({
      answer: { status: 302, headers: { Location: `//evil.invalid/?private-token=${token}` } },
    }),
    'a redirect loop': () => ({ answer: { status: 302, headers: { Location: `/?private_token=${token}` } } }),
  };
  for (const [what, fault] of Object.entries(faults)) {
    it(`is not revealed by ${what}`, async () => {
      fake.faults = [fault()];
      await assertKept(load());
    });
  }

  it('is not revealed by a timeout', async () => {
    fake.faults = [{ stall: 'beforeHeaders' }];
    await assertKept(load({ headersMs: 30 }));
  });

  it("is not revealed if it can't even be sent", async () => {
    const unsendable = clientOf(fake, { token: `${token}\n`, log });
    await assertKept(unsendable.user(unhurried()));
  });

  it('is not revealed if no server is listening', async () => {
    await fake.close();
    await assertKept(load());
  });

  it('of the storage is not revealed if the storage is down', async () => {
    const { url } = fake.storage;
    fake.storage.faults = [{ reset: 'beforeHeaders' }];
    await assertKept(download());
    assert.ok(log.lines.some((line) => line.includes(new URL(url).host)));
  });

  it("of the storage is not revealed by the storage's response", async () => {
    const body = `<Error><Code>AccessDenied</Code></Error>`;
    const answers: readonly Fault[] = [
      { answer: { status: 403, headers: { 'Content-Type': 'application/xml' }, body } },
      { answer: { status: 302, headers: { Location: `/users/sign_in?${signature}=x` } } },
      { answer: { status: 302, headers: { Location: `file:///x?${signature}=x` } } },
      { answer: { status: 302, headers: { Location: `http://u:S3CR3T@${new URL(fake.url).host}/x?${signature}=x` } } },
      { reset: 'midBody' },
      htmlPage(),
    ];
    for (const fault of answers) {
      fake.storage.faults = [fault];
      await assertKept(download());
    }
  });
});
