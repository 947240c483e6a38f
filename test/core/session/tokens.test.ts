import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Tokens } from '../../../src/core/session/tokens';
import { FakeSecrets } from '../../ui/fake/secrets';
import { until } from '../../ui/fake/until';

const url = 'https://git.example.com/gitlab';

function make(environment: Readonly<Record<string, string>> = {}, secrets = new FakeSecrets()): Tokens {
  return new Tokens(secrets, environment);
}

describe('A stored token', () => {
  it('is returned only for its instance', async () => {
    const tokens = make();
    await tokens.store(url, 'secret');
    const others = ['https://git.example.com', 'http://git.example.com/gitlab', 'https://git.example.com:8443/gitlab'];
    assert.equal(await tokens.get(url), 'secret');
    for (const other of others) assert.equal(await tokens.get(other), undefined, other);
  });

  it('is listed once, however often it is replaced', async () => {
    const tokens = make();
    await tokens.store(url, 'one');
    await tokens.store(url, 'two');
    assert.deepEqual([await tokens.stored(), await tokens.get(url)], [[url], 'two']);
  });

  it('is gone once it is removed', async () => {
    const tokens = make();
    await tokens.store(url, 'secret');
    await tokens.remove(url);
    assert.deepEqual([await tokens.stored(), await tokens.get(url)], [[], undefined]);
  });

  it('is announced in every window', async () => {
    const secrets = new FakeSecrets();
    const [one, other] = [make({}, secrets), make({}, secrets)];
    let told = 0;
    other.onDidChange(() => (told += 1));
    await one.store(url, 'secret');
    assert.ok(told > 0);
    assert.deepEqual(await other.signedIn(), [url]);
  });

  it('is no longer announced once disposed', async () => {
    const tokens = make();
    let told = 0;
    tokens.onDidChange(() => (told += 1));
    tokens.dispose();
    await tokens.store(url, 'secret');
    assert.equal(told, 0);
  });
});

describe('The token from the environment', () => {
  for (const [host, instance] of [
    ['git.example.com', 'https://git.example.com'],
    ['https://git.example.com/gitlab/', 'https://git.example.com/gitlab'],
    ['http://git.example.com:8080', 'http://git.example.com:8080'],
    ['', 'https://gitlab.com'],
  ] as const)
    it(`belongs to ${instance} if GITLAB_HOST is "${host}"`, async () => {
      const tokens = make({ GITLAB_TOKEN: 'secret', GITLAB_HOST: host });
      assert.deepEqual(await tokens.signedIn(), [instance]);
      assert.deepEqual(
        [await tokens.get(instance), await tokens.get('https://other.example.com')],
        ['secret', undefined],
      );
    });

  it('is undefined if it is empty', async () =>
    assert.deepEqual(await make({ GITLAB_TOKEN: ' ', GITLAB_HOST: 'git.example.com' }).signedIn(), []));

  it('is undefined if GITLAB_HOST is not a valid address', async () =>
    assert.deepEqual(await make({ GITLAB_TOKEN: 'secret', GITLAB_HOST: 'ssh://x' }).signedIn(), []));

  it('is never written to the store', async () => {
    const secrets = new FakeSecrets();
    const tokens = make({ GITLAB_TOKEN: 'secret', GITLAB_HOST: 'git.example.com' }, secrets);
    await tokens.store(url, 'another');
    assert.ok(![...secrets.values.values()].includes('secret'));
    assert.deepEqual(await tokens.signedIn(), [url, 'https://git.example.com']);
  });
});

describe('Two windows that store tokens at the same time', () => {
  /** As the keyring of a system is: each access takes its time. */
  class SlowSecrets extends FakeSecrets {
    override async get(key: string): Promise<string | undefined> {
      await nextTurn();
      return super.get(key);
    }
    override async store(key: string, value: string): Promise<void> {
      await nextTurn();
      await super.store(key, value);
    }
  }

  it('lose none of them', async () => {
    const secrets = new SlowSecrets();
    const [one, other] = [make({}, secrets), make({}, secrets)];
    const urls = ['https://one.example.com', 'https://other.example.com'] as const;
    await Promise.all([one.store(urls[0], 'secret'), other.store(urls[1], 'secret')]);
    await until('both tokens', () => urls.every((url) => secrets.values.get('instances')?.includes(url) === true));
    assert.deepEqual([...(await make({}, secrets).stored())].sort(), urls);
  });

  it('write the list once each, so that views reload as rarely as possible', async () => {
    const secrets = new SlowSecrets();
    const tokens = make({}, secrets);
    const lists: string[] = [];
    secrets.onDidChange(({ key }) => {
      if (key === 'instances') lists.push(secrets.values.get(key) ?? '');
    });
    await tokens.store(url, 'secret');
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    assert.deepEqual(lists, [JSON.stringify([url])]);
  });

  it('bring back none that was removed', async () => {
    const secrets = new SlowSecrets();
    const [one, other] = [make({}, secrets), make({}, secrets)];
    await one.store(url, 'secret');
    await other.remove(url);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    assert.deepEqual(await one.stored(), []);
  });
});

describe('A locked keyring', () => {
  it('is reported as locked, and is tried again', async () => {
    const secrets = new FakeSecrets();
    const tokens = make({}, secrets);
    await tokens.store(url, 'secret');
    const get = secrets.get.bind(secrets);
    secrets.get = () => Promise.reject(new Error('Cannot unlock the collection'));
    const failure = { kind: 'keyring', reason: 'Cannot unlock the collection' };
    await assert.rejects(tokens.get(url), failure);
    await assert.rejects(tokens.signedIn(), failure);
    secrets.get = get;
    assert.equal(await tokens.get(url), 'secret');
  });
});
