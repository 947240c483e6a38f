import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import manifest from '../../package.json';
import texts from '../../package.nls.json';
import type { Failure } from '../../src/core/model/errors';
import type { NoProject, Snapshot } from '../../src/core/model/snapshot';
import { table } from '../../src/ui/commands/table';
import { setContext } from '../../src/ui/views/contextKeys';
import { codicons } from './codicons';
import { editor } from './fake/editor';
import { alone, aRepository, aTarget, ready, several, sha, someBuilds } from './samples';
import { evaluate, keysIn } from './when';

const { contributes } = manifest;
const names = contributes.commands.map(({ command }) => command);
const isOfRows = (id: string): boolean => id.startsWith('gitlabBuilds.row.');
const ofRows = names.filter(isOfRows);
const asking = names.filter((id) => !isOfRows(id));
const nameOf = (id: string): string => id.split('.').at(-1) ?? '';
const menus: readonly { readonly command: string; readonly when: string }[] = Object.values(contributes.menus).flat();
const welcomes = contributes.viewsWelcome.map(({ contents, when }) => ({
  name: contents,
  when,
  text: Reflect.get(texts, contents.slice(1, -1)) as string,
}));

const settings: Readonly<Record<string, { scope: string; default: unknown; minimum?: number }>> = Object.fromEntries(
  contributes.configuration.flatMap((section) =>
    Object.entries<{ scope: string; default: unknown; minimum?: number }>(section.properties),
  ),
);

describe('The manifest', () => {
  it('has every command in the code, and the code every command in the manifest', () =>
    assert.deepEqual(
      [...asking].sort(),
      Object.keys(table)
        .map((name) => `gitlabBuilds.${name}`)
        .sort(),
    ));

  it('has titles with "…" in the Command Palette for commands that ask, and without in menus of rows and editors, which do not', () => {
    const titleOf = (id: string) => Reflect.get(texts, `command.${id.replace('gitlabBuilds.', '')}`) as string;
    for (const id of ofRows) {
      const palette = id.replace('.row.', '.');
      assert.equal(titleOf(palette), `${titleOf(id)}…`, id);
      assert.ok(asking.includes(palette), id);
      const shown = contributes.menus.commandPalette.filter(({ command }) => command === id);
      assert.deepEqual(
        shown.map(({ when }) => when),
        ['false'],
        id,
      );
    }
    const { 'view/item/context': rows, 'editor/title': editors, 'testing/item/context': tests } = contributes.menus;
    const inMenus = [...rows, ...editors, ...tests].map(({ command }) => command);
    for (const id of ofRows) assert.ok(inMenus.includes(id) && !inMenus.includes(id.replace('.row.', '.')), id);
    // These ask in a row's menu, too: for a place to save, for variables, whether to delete, which project or commit.
    const left = [...new Set(inMenus)].filter((id) => titleOf(id).endsWith('…'));
    assert.deepEqual(
      left.map(nameOf).sort(),
      [
        'deleteArtifacts',
        'erase',
        'playWithInputs',
        'playWithVariables',
        'retryWithInputs',
        'saveLog',
        'selectCommit',
        'selectProject',
        'signIn',
      ].sort(),
    );
  });

  it('gives every command the same category', () =>
    assert.deepEqual([...new Set(contributes.commands.map(({ category }) => category))], ['GitLab Builds']));

  it('names only existing commands in its menus', () => {
    for (const { command } of menus) assert.ok(names.includes(command), command);
  });

  it('binds keys only to its own commands, and only while the view has the focus', () => {
    for (const { command, when } of contributes.keybindings) {
      assert.ok(names.includes(command), command);
      assert.match(when, /^focusedView == gitlabBuilds\.builds && !inputFocus/);
    }
  });

  it('names only existing commands in its welcome texts', () => {
    const vscodeOwn = /^(vscode\.openFolder|workbench\.|git\.)/;
    for (const { text, name } of welcomes)
      for (const [, command = ''] of text.matchAll(/\(command:([\w.]+)/g))
        assert.ok(names.includes(command) || vscodeOwn.test(command), `${name}: ${command}`);
  });

  it('has a walkthrough of four steps, whose links and pictures exist', () => {
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['signIn', 'commit', 'log', 'artifacts'],
    );
    for (const { description, media } of steps) {
      for (const picture of Object.values(media.image)) assert.ok(existsSync(picture), picture);
      assert.deepEqual(Object.keys(media.image), ['dark', 'light', 'hc', 'hcLight']);
      const text = Reflect.get(texts, description.slice(1, -1)) as string;
      const [, command = ''] = /\(command:([\w.]+)\)/.exec(text) ?? [];
      assert.ok(names.includes(command) || command === 'gitlabBuilds.builds.focus', command);
    }
  });

  it('names only existing settings in its welcome texts', () => {
    for (const { text } of welcomes)
      for (const [, setting = ''] of text.matchAll(/%22(gitlabBuilds\.[\w.]+)%22/g))
        assert.ok(setting in settings, setting);
  });

  it('uses every existing text, and no other', () => {
    const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
  });

  it('has no empty text', () => {
    for (const [key, text] of Object.entries(texts)) assert.notEqual(text.trim(), '', key);
  });

  it('uses icons that VS Code knows', () => {
    const icons = [...JSON.stringify(contributes).matchAll(/\$\(([^)]+)\)/g)].map(([, icon = '']) => icon);
    assert.deepEqual(
      icons.filter((icon) => !codicons.has(icon)),
      [],
    );
    assert.notEqual(icons.length, 0);
  });
});

describe('The settings', () => {
  const expected: Readonly<Record<string, { scope: string; default: unknown; minimum?: number }>> = {
    'gitlabBuilds.instances': { scope: 'machine', default: [] },
    'gitlabBuilds.remote': { scope: 'resource', default: '' },
    'gitlabBuilds.project': { scope: 'resource', default: '' },
    'gitlabBuilds.groupBy': { scope: 'resource', default: 'stageAndStatus' },
    'gitlabBuilds.artifacts.directory': { scope: 'resource', default: '.gitlab-builds' },
    'gitlabBuilds.artifacts.extract': { scope: 'resource', default: false },
    // A repository must neither fill the disk nor lift what keeps an archive from doing so.
    'gitlabBuilds.artifacts.cacheMegabytes': { scope: 'machine', default: 200, minimum: 0 },
    'gitlabBuilds.artifacts.maxEntries': { scope: 'machine', default: 100_000, minimum: 1 },
    'gitlabBuilds.artifacts.maxUnpackedMegabytes': { scope: 'machine', default: 4096, minimum: 1 },
    'gitlabBuilds.artifacts.maxRatio': { scope: 'machine', default: 200, minimum: 1 },
    'gitlabBuilds.refresh.activeSeconds': { scope: 'window', default: 5, minimum: 2 },
    'gitlabBuilds.refresh.idleSeconds': { scope: 'window', default: 60, minimum: 15 },
    'gitlabBuilds.log.tailAbove': { scope: 'window', default: 5, minimum: 0 },
    'gitlabBuilds.notifications': { scope: 'window', default: 'failures' },
    'gitlabBuilds.notifyAt': { scope: 'window', default: 'firstFailure' },
    // A repository must not let agents act without a question.
    'gitlabBuilds.agentActions': { scope: 'machine', default: 'ask' },
    'gitlabBuilds.ciFile.codeLens': { scope: 'window', default: true },
    'gitlabBuilds.ciFile.validateOnSave': { scope: 'machine', default: false },
    'gitlabBuilds.testing': { scope: 'window', default: 'onDemand' },
  };
  const properties = settings;

  for (const [key, { scope, default: fallback, minimum }] of Object.entries(expected))
    it(`${key} is ${scope}-scoped and ${JSON.stringify(fallback)} by default`, () => {
      const property = properties[key];
      assert.deepEqual([property?.scope, property?.default, property?.minimum], [scope, fallback, minimum]);
    });

  it('are in sections with a title, in one order across all, each with one sentence', () => {
    const orders = contributes.configuration.flatMap((section) =>
      Object.values<{ readonly order: number }>(section.properties).map(({ order }) => order),
    );
    assert.deepEqual(
      orders,
      orders.map((_, index) => index + 1),
    );
    assert.equal(new Set(contributes.configuration.map(({ title }) => title)).size, contributes.configuration.length);
    for (const [key, text] of Object.entries<string>(texts))
      if (key.startsWith('setting.')) assert.match(text.replaceAll(/`[^`]*`/g, ''), /^[^.]+\.$/, key);
  });

  it('are these', () => assert.deepEqual(Object.keys(properties).sort(), Object.keys(expected).sort()));

  it('are not read from an untrusted folder if they decide what is requested or written', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual(restrictedConfigurations, [
      'gitlabBuilds.remote',
      'gitlabBuilds.project',
      'gitlabBuilds.artifacts.directory',
      'gitlabBuilds.artifacts.extract',
    ]);
  });
});

/** Of what is listed none lies in a storage. */
type ListingFailure = Exclude<Failure['kind'], 'storage'>;

/** Written as records, so that the compiler asks for a new kind here too. */
const failureKinds = Object.keys({
  unauthorized: 0,
  expired: 0,
  revoked: 0,
  insufficientScope: 0,
  forbidden: 0,
  notFound: 0,
  unsupported: 0,
  refused: 0,
  rateLimited: 0,
  offline: 0,
  timeout: 0,
  notGitLab: 0,
  noGitLab: 0,
  tls: 0,
  proxyAuth: 0,
  invalidAnswer: 0,
  tooLarge: 0,
  server: 0,
  git: 0,
  keyring: 0,
  unexpected: 0,
} satisfies Record<ListingFailure, 0>) as ListingFailure[];
const reasons = Object.keys({
  noGit: 0,
  noRepository: 0,
  noCommit: 0,
  noRemote: 0,
  missingRemote: 0,
  notGitLab: 0,
} satisfies Record<NoProject, 0>) as NoProject[];
const target = aTarget();

/** Every state without rows, by the name of the welcome text that must be the only one. */
const states: Readonly<Record<string, Snapshot | undefined>> = {
  starting: undefined,
  ...Object.fromEntries(reasons.map((reason) => [reason, { kind: 'noProject', reason } as const])),
  loading: { kind: 'loading', target },
  noBuilds: ready([]),
  notPushed: {
    ...ready([]),
    target: aTarget({ head: { sha, shallow: false, pushed: false, ancestors: [] } }),
    unpushed: true,
  },
  watching: { ...ready([]), watchingSince: 0 },
  ciHidden: { ...ready([]), watchingSince: 0, ciHidden: true },
  ...Object.fromEntries(
    failureKinds.map((kind) => [`failed.${kind}`, { kind: 'failed', target, failure: { kind } } as const]),
  ),
};

async function keysFor(snapshot: Snapshot | undefined, filtered = false): Promise<Record<string, unknown>> {
  await setContext(alone(snapshot), filtered);
  return { workspaceFolderCount: 1, isWorkspaceTrusted: true, ...Object.fromEntries(editor().contextKeys) };
}

function shownFor(keys: Readonly<Record<string, unknown>>): readonly string[] {
  return welcomes.filter(({ when }) => evaluate(when, keys)).map(({ name }) => name.slice('%welcome.'.length, -1));
}

describe('The welcome text', () => {
  for (const [name, snapshot] of Object.entries(states))
    it(`for ${name} is shown in that state, and no other one`, async () => {
      const further = name === 'noBuilds' ? ['runPipeline'] : [];
      assert.deepEqual(shownFor(await keysFor(snapshot)), [name, ...further]);
    });

  it("for a HEAD without builds offers no pipeline on a GitLab that can't run one", async () =>
    assert.deepEqual(shownFor(await keysFor({ ...ready([]), lacksRunPipeline: true })), ['noBuilds']));

  it('for a window without a folder is the only one shown, whatever the state', async () => {
    for (const snapshot of [undefined, states['noGit'], states['noRepository']])
      assert.deepEqual(shownFor({ ...(await keysFor(snapshot)), workspaceFolderCount: 0 }), ['noFolder']);
  });

  it('for an untrusted folder is the only one shown, since VS Code runs no git there', async () => {
    for (const snapshot of [undefined, states['noGit'], states['noRepository']])
      assert.deepEqual(shownFor({ ...(await keysFor(snapshot)), isWorkspaceTrusted: false }), ['untrusted']);
  });

  it("for a window without a repository depends on the state of VS Code's git", async () => {
    const shown = async (name: 'noGit' | 'noRepository', keys: Readonly<Record<string, unknown>>) =>
      shownFor({
        ...(await keysFor(states[name])),
        'git.parentRepositoryCount': 0,
        'git.unsafeRepositoryCount': 0,
        ...keys,
      });
    assert.deepEqual(await shown('noGit', {}), ['noGit']);
    assert.deepEqual(await shown('noGit', { 'git.missing': true }), ['gitMissing']);
    assert.deepEqual(await shown('noRepository', {}), ['noRepository']);
    assert.deepEqual(await shown('noRepository', { 'git.parentRepositoryCount': 1 }), ['parentRepository']);
    const unsafe = { 'git.parentRepositoryCount': 1, 'git.unsafeRepositoryCount': 2 };
    assert.deepEqual(await shown('noRepository', unsafe), ['unsafeRepository']);
  });

  it("for a commit that has builds in another remote's project offers to show them", async () => {
    const instance = { url: 'https://gitlab.com', hosts: [], apiVersion: 'auto' } as const;
    const snapshot = { ...ready([]), elsewhere: { remote: 'upstream', instance, project: 'group/project' } };
    assert.deepEqual(shownFor(await keysFor(snapshot)), ['noBuilds', 'runPipeline', 'elsewhere']);
  });

  it('for a filter that hides everything is the only one shown', async () =>
    assert.deepEqual(shownFor(await keysFor(ready(someBuilds({})), true)), ['filtered']));

  it('has a condition for each one that exists', () => {
    const ofGit = ['gitMissing', 'parentRepository', 'unsafeRepository'];
    const all = [...Object.keys(states), 'noFolder', 'untrusted', 'filtered', 'elsewhere', 'runPipeline', ...ofGit];
    assert.deepEqual(welcomes.map(({ name }) => name.slice('%welcome.'.length, -1)).sort(), all.sort());
  });

  it("is missing if a sign-in is needed, since a message names the host, which a welcome text can't", async () => {
    for (const known of [true, false])
      assert.deepEqual(shownFor(await keysFor({ kind: 'signedOut', url: 'https://x', known })), []);
  });

  it('is missing if several repositories are open, since their rows show their state', async () => {
    for (const snapshot of Object.values(states)) {
      await setContext(several(aRepository('one', snapshot), aRepository('two', snapshot)), false);
      const keys = { workspaceFolderCount: 2, isWorkspaceTrusted: true };
      assert.deepEqual(shownFor({ ...keys, ...Object.fromEntries(editor().contextKeys) }), []);
    }
  });

  it('for a HEAD without builds offers what can be done', () => {
    const buttons = (name: string) => {
      const text = welcomes.find((one) => one.name === `%welcome.${name}%`)?.text ?? '';
      return [...text.matchAll(/^\[[^\]]+\]\(command:gitlabBuilds\.(\w+)\)$/gm)].map(([, command]) => command);
    };
    assert.deepEqual(buttons('notPushed'), ['push', 'selectCommit']);
    assert.deepEqual(buttons('ciHidden'), ['openProjectSettings']);
    assert.deepEqual(buttons('watching'), ['refresh', 'selectCommit']);
    assert.deepEqual(buttons('noBuilds'), ['refresh', 'selectCommit']);
    assert.deepEqual(buttons('runPipeline'), ['runPipeline']);
  });

  it('for a problem with the token offers to sign in again', () => {
    for (const kind of ['unauthorized', 'expired', 'revoked', 'insufficientScope'])
      assert.match(
        welcomes.find(({ name }) => name === `%welcome.failed.${kind}%`)?.text ?? '',
        /^\[Sign In Again\]\(command:gitlabBuilds\.signIn\)$/m,
        kind,
      );
  });

  it('for an insecure connection leaves the reason open, since there are several', () => {
    const text = welcomes.find(({ name }) => name === '%welcome.failed.tls%')?.text ?? '';
    assert.match(text, /isn't valid or isn't trusted on this machine, or the server/);
    assert.match(text, /If the certificate's authority is missing/);
  });

  it('for every failure offers to try again', () => {
    for (const { name, text } of welcomes.filter((one) => one.name.includes('failed')))
      assert.match(text, /\(command:gitlabBuilds\.refresh\)/, name);
  });
});

describe('The when clauses in the manifest', () => {
  it('use only context keys that are set', async () => {
    const ofEditors = [
      'resourceScheme',
      'resourceFilename',
      'gitlabBuilds.hasProblems',
      'gitlabBuilds.hasSettingFlaws',
      'gitlabBuilds.logHasFailed',
      'gitlabBuilds.logHasTimes',
      'gitlabBuilds.signedIn',
    ];
    const ofGit = ['git.missing', 'git.parentRepositoryCount', 'git.unsafeRepositoryCount'];
    const ofViews = ['view', 'viewItem', 'controllerId'];
    const known = [...Object.keys(await keysFor(undefined)), ...ofViews, ...ofEditors, ...ofGit];
    for (const { when } of [...menus, ...welcomes])
      for (const key of keysIn(when)) assert.ok(known.includes(key), `${key} in ${when}`);
  });

  it('for rows match the context values of rows', () => {
    const row = contributes.menus['view/item/context'];
    const offered = (viewItem: string): readonly string[] => {
      const keys = { view: 'gitlabBuilds.builds', viewItem };
      const commands = row.filter(({ when }) => evaluate(when, keys)).map(({ command }) => nameOf(command));
      return [...new Set(commands)];
    };
    const always = ['openInBrowser', 'copyUrl', 'copyName', 'goToJob'];
    const ofGroups = ['openInBrowser', 'copyUrl'];
    assert.deepEqual(offered('build'), always);
    assert.deepEqual(offered('build retryable erasable hasLog'), [
      'retry',
      'openLog',
      'saveLog',
      'compareLog',
      ...always,
      'erase',
    ]);
    assert.deepEqual(offered('attempt hasLog failed'), [
      'openLog',
      'saveLog',
      'compareLog',
      'copyFailure',
      'fixWithChat',
      'sinceWhen',
      'showProblems',
      ...always,
    ]);
    assert.deepEqual(offered('historyCommit'), ['openChanges']);
    assert.deepEqual(offered('historyCommit hasLog').toSorted(), [
      'compareLog',
      'copyUrl',
      'openChanges',
      'openInBrowser',
      'openLog',
      'saveLog',
    ]);
    assert.deepEqual(offered('history'), []);
    assert.deepEqual(offered('flaky'), []);
    assert.deepEqual(offered('build cancelable'), ['cancel', 'watch', ...always]);
    assert.deepEqual(offered('build forceCancelable'), ['cancel', 'watch', ...always]);
    assert.deepEqual(offered('build playable'), ['play', ...always]);
    assert.deepEqual(offered('build playable variables'), ['play', 'playWithVariables', ...always]);
    assert.deepEqual(offered('build playable variables playInputs'), [
      'play',
      'playWithVariables',
      'playWithInputs',
      ...always,
    ]);
    assert.deepEqual(offered('build retryable retryInputs'), ['retry', 'retryWithInputs', ...always]);
    const download = ['downloadArtifacts', 'extractArtifacts'];
    assert.deepEqual(offered('build hasArtifacts keepable'), [...download, 'keepArtifacts', 'showCoverage', ...always]);
    assert.deepEqual(offered('build hasArtifacts artifactsDeletable'), [
      ...download,
      'showCoverage',
      ...always,
      'deleteArtifacts',
    ]);
    assert.deepEqual(offered('attempt erasable hasArtifacts'), [...download, ...always, 'erase']);
    const onArtifacts = ['keepArtifacts', 'showCoverage', 'deleteArtifacts'];
    assert.deepEqual(offered('artifacts hasArtifacts keepable artifactsDeletable'), [...download, ...onArtifacts]);
    assert.deepEqual(offered('artifacts'), []);
    assert.deepEqual(offered('artifactFile openable'), ['downloadArtifact', 'openArtifact', 'compareArtifact']);
    assert.deepEqual(offered('artifactFile'), ['downloadArtifact']);
    assert.deepEqual(offered('artifactFile codeQuality'), ['downloadArtifact', 'showCodeQuality']);
    assert.deepEqual(offered('artifactFolder'), ['downloadArtifact']);
    assert.deepEqual(offered('test'), []);
    assert.deepEqual(offered('stage hasFailed hasActive'), ['retryFailed', 'cancelActive', ...ofGroups]);
    assert.deepEqual(offered('stage hasArtifacts'), [...download, ...ofGroups]);
    assert.deepEqual(offered('status'), ofGroups);
    assert.deepEqual(offered('pipeline hasFailed hasActive'), [
      'retryPipeline',
      'cancelPipeline',
      'watch',
      'showTimeline',
      ...ofGroups,
    ]);
    assert.deepEqual(offered('pipeline invalid'), ['showTimeline', ...ofGroups, 'goToConfigError']);
    const ofRepository = ['refresh', 'selectCommit', 'selectProject', ...ofGroups];
    assert.deepEqual(offered('repository'), ofRepository);
    assert.deepEqual(offered('repository signedOut'), ['signIn', 'refresh', 'selectProject']);
    assert.deepEqual(offered('repository pinned'), [
      'refresh',
      'selectCommit',
      'followHead',
      'selectProject',
      ...ofGroups,
    ]);
    assert.deepEqual(offered('repository unpushed'), ['push', ...ofRepository]);
    assert.deepEqual(
      [...offered('repository hasFailed hasActive')].sort(),
      ['retryFailed', 'cancelActive', ...ofRepository].sort(),
    );
    assert.deepEqual(offered('pipelines'), []);
    assert.deepEqual(offered('somebody else’s'), []);
  });

  it('put each of the most common actions into a row as a button once', () => {
    const inline = (viewItem: string) =>
      contributes.menus['view/item/context']
        .filter(
          ({ group, when }) => group.startsWith('inline') && evaluate(when, { view: 'gitlabBuilds.builds', viewItem }),
        )
        .map(({ command }) => nameOf(command));
    assert.deepEqual(inline('build retryable erasable hasArtifacts keepable'), ['retry', 'downloadArtifacts']);
    assert.deepEqual(inline('build cancelable playable variables'), ['play']);
    assert.deepEqual(inline('build cancelable hasLog'), ['cancel', 'openLog']);
    assert.deepEqual(inline('build forceCancelable'), ['cancel']);
    assert.deepEqual(inline('pipeline hasFailed hasActive hasArtifacts'), []);
    assert.deepEqual(inline('artifacts hasArtifacts keepable artifactsDeletable'), ['downloadArtifacts']);
    assert.deepEqual(inline('artifactFile openable'), ['downloadArtifact']);
    assert.deepEqual(inline('artifactFolder'), ['downloadArtifact']);
    assert.deepEqual(inline('historyCommit hasLog'), ['openLog', 'openChanges']);
  });

  describe('offer in the Command Palette only what has an effect now', () => {
    const palette = contributes.menus.commandPalette;
    const offered = async (snapshot: Snapshot | undefined, filtered = false): Promise<readonly string[]> => {
      const keys = await keysFor(snapshot, filtered);
      return palette.filter(({ when }) => evaluate(when, keys)).map(({ command }) => nameOf(command));
    };
    const onCommit = [
      'branchBuilds',
      'openInBrowser',
      'copyUrl',
      'latestArtifacts',
      'selectCommit',
      'runPipeline',
      'validateCiConfig',
    ];
    const onBuilds = [
      'filter',
      'branchBuilds',
      'showTimeline',
      'openInBrowser',
      'copyUrl',
      'copyName',
      'latestArtifacts',
      'selectCommit',
      'runPipeline',
      'goToJob',
      'validateCiConfig',
    ];
    const artifacts = { filename: 'a.zip', size: 1 };
    const startedAt = '2016-03-01T12:00:00.000Z';
    const cases: readonly (readonly [string, Snapshot | undefined, readonly string[]])[] = [
      ['before anything is known', undefined, []],
      ['for a commit without builds', ready([]), onCommit],
      ['for a skipped one', ready(someBuilds({ status: 'skipped' })), onBuilds],
      ['for one that passed', ready(someBuilds({})), ['retry', 'erase', 'retryWithInputs', ...onBuilds]],
      [
        'for one that is running',
        ready(someBuilds({ status: 'running' })),
        ['cancel', 'cancelActive', 'watch', ...onBuilds],
      ],
      [
        'for one that failed',
        ready(someBuilds({ status: 'failed', startedAt })),
        [
          ...[
            'retry',
            'erase',
            'retryWithInputs',
            'openLog',
            'saveLog',
            'copyFailure',
            'fixWithChat',
            'sinceWhen',
            'compareLog',
            'showProblems',
            'retryFailed',
          ],
          ...['filter', 'showFailedOnly', 'nextFailed', ...onBuilds.slice(1)],
        ],
      ],
      [
        'for one with artifacts, with a read-only token',
        { ...ready(someBuilds({ artifacts })), readOnly: true },
        [
          ...[
            'downloadArtifacts',
            'extractArtifacts',
            'openArtifact',
            'downloadArtifact',
            'compareArtifact',
            'showTests',
            'showCoverage',
            'showCodeQuality',
          ],
          ...onBuilds,
        ],
      ],
      [
        'for a manual one',
        ready(someBuilds({ status: 'manual' })),
        ['cancel', 'play', 'playWithVariables', 'playWithInputs', 'watch', ...onBuilds],
      ],
    ];
    for (const [when, snapshot, expected] of cases)
      it(when, async () => assert.deepEqual(await offered(snapshot), expected));

    it('while a filter is on', async () =>
      assert.ok((await offered(ready(someBuilds({})), true)).includes('clearFilter')));

    it('depending on the sign-in', () => {
      const clause = palette.find(({ command }) => command.endsWith('.signOut'))?.when ?? '';
      assert.equal(evaluate(clause, { 'gitlabBuilds.signedIn': true }), true);
      assert.equal(evaluate(clause, {}), false);
    });
  });

  it("show in the view's title that a filter is on", async () => {
    const title = async (filtered: boolean) => {
      const keys = {
        view: 'gitlabBuilds.builds',
        ...(await keysFor(ready(someBuilds({ status: 'failed' })), filtered)),
      };
      return contributes.menus['view/title']
        .filter(({ when, group }) => group.startsWith('navigation') && evaluate(when, keys))
        .map(({ command }) => command.split('.')[1]);
    };
    assert.deepEqual(await title(false), ['refresh', 'groupBy', 'filter', 'showFailedOnly']);
    assert.deepEqual(await title(true), ['refresh', 'groupBy', 'clearFilter']);
  });

  it('offer to push only if there is something to push', async () => {
    const offered = async (snapshot: Snapshot | undefined) => {
      const keys = { view: 'gitlabBuilds.builds', ...(await keysFor(snapshot)) };
      return menus.filter(({ command, when }) => command === 'gitlabBuilds.push' && evaluate(when, keys)).length;
    };
    assert.equal(await offered(states['noBuilds']), 0);
    assert.equal(await offered(states['notPushed']), 2);
  });

  it('offer to follow HEAD again only while it is not followed', async () => {
    const clause = contributes.menus.commandPalette.find(({ command }) => command.endsWith('followHead'))?.when ?? '';
    assert.equal(evaluate(clause, await keysFor(ready([]))), false);
    assert.equal(evaluate(clause, await keysFor({ ...ready([]), target: aTarget({ pinned: true }) })), true);
  });
});
