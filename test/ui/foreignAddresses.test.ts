import assert from 'node:assert/strict';
import type { Uri } from 'vscode';
import { toArtifactAddress, toArtifactUri } from '../../src/core/artifacts/artifactUri';
import { toLogUri } from '../../src/ui/log/logUri';
import { startGitLab } from '../gitlab/server';
import type { App } from './app';
import { appsInTests } from './eachApp';
import { Uri as FakeUri } from './fake/basics';
import { editor } from './fake/editor';

interface Address {
  readonly root: string;
  readonly instance: string;
  readonly project: string;
  readonly build: number;
}

/** What a file, a chat or a page may hold to make the extension ask for something. */
const kinds = {
  log: (address: Address): Uri => toLogUri(address, { name: 'compile', id: address.build }),
  artifacts: (address: Address): Uri =>
    FakeUri.parse(
      toArtifactUri({ ...address, size: 0 }, { name: 'compile', id: address.build }, 'bin/app'),
      true,
    ) as never,
} as const;

/** The text of a document at that address, or why there is none. */
async function textAt(uri: Uri): Promise<string> {
  const files = editor().fileSystems.of(uri.scheme)?.provider;
  try {
    return Buffer.from((await files?.readFile(uri)) ?? []).toString();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('A URI that anybody may have written', () => {
  const apps = appsInTests();
  const own = (app: App): Address => {
    const { url } = app.gitlab;
    const { path } = app.small.project;
    return {
      root: app.repository.rootUri.toString(),
      instance: url,
      project: path,
      build: app.small.builds.compile.id,
    };
  };
  /** Requests for the build, which nothing else asks for. */
  const requests = (app: App): number =>
    app.gitlab.requests.filter(({ path }) => path.includes(`/builds/${app.small.builds.compile.id}`)).length;
  const texts: Readonly<Record<keyof typeof kinds, RegExp>> = { log: /make/, artifacts: /an executable/ };
  const names = ['log', 'artifacts'] as const;

  for (const root of ['', '/gitlab'])
    for (const kind of names) {
      it(`is opened if it belongs to a shown project: ${kind} of a GitLab at ${root}/`, async () => {
        const app = await apps.ready({ gitlab: { root } });
        assert.match(await textAt(kinds[kind](own(app))), texts[kind]);
      });

      it(`is opened after a reload, too: ${kind} of a GitLab at ${root}/`, async () => {
        const app = await apps.ready({ gitlab: { root } });
        const address = own(app);
        app.git.close(app.repository);
        await app.restart();
        assert.match(await textAt(kinds[kind](address)), texts[kind]);
      });

      it(`sends no request after a sign-out: ${kind} of a GitLab at ${root}/`, async () => {
        const app = await apps.ready({ gitlab: { root } });
        const address = own(app);
        await app.run('signOut');
        const before = requests(app);
        assert.match(await textAt(kinds[kind](address)), /aren't signed in/);
        assert.equal(requests(app), before);
      });

      it(`sends no request if it belongs to another GitLab or project: ${kind} of a GitLab at ${root}/`, async () => {
        const app = await apps.ready({ gitlab: { root } });
        const [address, other] = [own(app), await startGitLab({ root })];
        const { origin } = new URL(address.instance);
        const instances = [
          other.url,
          `${address.instance}/`,
          `${address.instance}/x`,
          `${address.instance}/..`,
          `${address.instance}?x`,
          address.instance.replace('127.0.0.1', 'user@127.0.0.1'),
          address.instance.replace('127.0.0.1', '127.0.0.2'),
          root === '' ? `${origin}/gitlab` : origin,
          '',
        ].filter((instance) => instance !== address.instance);
        const { id } = app.small.project;
        const projects = [
          'group/other',
          `${address.project}/`,
          `${address.project}/../other`,
          `${address.project}%2f..%2fother`,
          `../../user?x=${address.project}`,
          `${id}/../2`,
          '',
          ' ',
        ];
        const forged = [
          ...instances.map((instance) => ({ ...address, instance })),
          ...projects.map((project) => ({ ...address, project })),
        ];
        const before = requests(app);
        const answers = await Promise.all(forged.map((one) => textAt(kinds[kind](one))));
        for (const [at, answer] of answers.entries())
          assert.match(answer, /aren't signed in|hasn't shown the project/, JSON.stringify(forged[at]));
        assert.deepEqual([requests(app), other.requests.length], [before, 0]);
        await other.close();
      });
    }

  it('leads to nothing outside of the archive, however its path is written', async () => {
    const app = await apps.ready();
    const right = kinds.artifacts(own(app));
    assert.match(await textAt(right), texts.artifacts);
    const { query } = right;
    const before = requests(app);
    for (const path of [
      '/x/../../etc/passwd',
      '/x/..%2f..%2fetc/passwd',
      '/x/bin/../../../app',
      '/x/bin%2fapp%00',
      '/x//etc/passwd',
      '/x/C:%5cwindows',
      '/x/bin/app/',
      '/x/constructor',
      '/x/__proto__/toString',
    ]) {
      const text = await textAt(FakeUri.parse(`gitlab-artifacts:${path}?${query}`) as never);
      assert.doesNotMatch(text, /root:/, path);
      if (path !== '/x/bin/app/') assert.doesNotMatch(text, texts.artifacts, path);
    }
    assert.equal(requests(app), before, 'what the archive holds is known');
  });

  it('is not ours if its query is damaged or written by others', async () => {
    const app = await apps.ready();
    const before = requests(app);
    const address = own(app);
    const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const queries = [
      '',
      '%00',
      encodeURIComponent(JSON.stringify(address)),
      encoded([address]),
      encoded({ ...address, build: '1/../2', size: 0 }),
      encoded({ ...address, build: 1.5, size: 0 }),
      encoded({ ...address, build: -1, size: 0 }),
      encoded({ ...address, project: { toString: 'x' }, size: 0 }),
      encoded({ ...address, instance: [address.instance], size: 0 }),
      encoded({ __proto__: address, size: 0 }),
      `${encoded(address).slice(0, 20)}%0a`,
    ];
    for (const scheme of ['gitlab-artifacts', 'gitlab-builds-log'])
      for (const query of queries) {
        const text = await textAt(FakeUri.parse(`${scheme}:/compile #1.log/bin/app?${query}`) as never);
        assert.doesNotMatch(text, /an executable|\$ make/, query);
      }
    assert.equal(requests(app), before);
    assert.throws(() => toArtifactAddress('', { instance: { url: '' } } as never, { id: 1 } as never), /no artifacts/);
  });
});
