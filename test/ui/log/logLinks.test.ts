import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DocumentLink, Range, TextDocument } from 'vscode';
import { git } from '../../vscode/workspace';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';
import { writeTracked } from '../folder';

/** The real commits of the repository are told to GitLab and the git extension by these. */
const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'] as const;

describe('The links of a log', () => {
  const apps = appsInTests();
  let app: App;

  /** A failed build's log, in a repository with files of so many lines. */
  const start = async (log: string, files: Readonly<Record<string, number>>) => {
    app = await apps.ready({
      prepare: ({ gitlab: { world }, small }) => void world.update(small.builds.firstRspec, { trace: log }),
    });
    await writeTracked(app.folder.path, files);
  };
  const commit = async () => {
    await git(app.folder.path, ...author, 'commit', '--quiet', '--message=a');
    return git(app.folder.path, 'rev-parse', 'HEAD');
  };
  const reference = () => ({ build: app.small.builds.firstRspec.id });
  const links = async (build = app.small.builds.firstRspec.id) => {
    await app.run('openLog', { build });
    const provider = editor().texts.provider('links') as {
      provideDocumentLinks(document: TextDocument, token: object): Promise<DocumentLink[]>;
    };
    const shown = editor().texts.editors.find(({ document }) => document.uri.scheme === 'gitlab-builds-log');
    const document = shown?.document as unknown as TextDocument;
    return provider.provideDocumentLinks(document, { isCancellationRequested: false });
  };
  const targets = async () =>
    (await links()).map(({ target, tooltip }) => {
      const address = target?.toString() ?? '';
      return address.startsWith('command:') ? `asks: ${tooltip ?? ''}` : address.slice(folderUri().length + 1);
    });
  const folderUri = () => Uri.file(app.folder.path).toString();
  /** Clicks on a link that is a command. */
  const click = async (link: DocumentLink | undefined) => {
    const { path, query } = link?.target ?? { path: '', query: '' };
    assert.equal(path, 'gitlabBuilds.openLogPlace');
    await app.run('openLogPlace', ...(JSON.parse(decodeURIComponent(query)) as readonly unknown[]));
  };
  /** The files that were opened, and where. */
  const opened = () =>
    editor()
      .executed.filter(({ command }) => command === 'vscode.open')
      .map(({ args: [uri, options] }) => {
        const { line, character } = (options as { selection: Range }).selection.start;
        return { uri: uri as Uri, selection: { line, character } };
      });
  const problems = () => editor().problems.flatMap(({ entries }) => entries.map(([uri]) => uri.path.split('/').at(-1)));

  it('lead to the file that the log identifies by its folders', async () => {
    await start('$ cd web && npx tsc\nsrc/a.ts(1,2): error TS1: x\n', { 'src/a.ts': 2, 'web/src/a.ts': 2 });
    assert.deepEqual(await targets(), ['web/src/a.ts#L1,2']);
  });

  it('ask if the log may mean several files, and create no problem', async () => {
    await start('src/a.ts(2,3): error TS1: x\n', { 'src/a.ts': 2, 'web/src/a.ts': 2 });
    assert.deepEqual(await targets(), ['asks: Select one of 2 files']);
    const [link] = await links();
    const clicked = click(link);
    const pick = await until('the question', () => editor().picks.find(({ open }) => open));
    assert.deepEqual(pick.labels, ['src/a.ts', 'web/src/a.ts']);
    pick.choose('web/src/a.ts');
    await clicked;
    const [{ uri, selection } = {}] = opened();
    assert.deepEqual([uri?.path.endsWith('/web/src/a.ts'), selection], [true, { line: 1, character: 2 }]);
    await app.run('showProblems', reference());
    assert.deepEqual(problems(), []);
    assert.match(messageTexts().at(-1) ?? '', /names one file, but the name is ambiguous/);
  });

  it('lead to no file with a shorter path, and none that is untracked or missing', async () => {
    await start('a.ts:9:1: error: x\nb.ts:1:1: error: x\nc.ts:1:1: error: x\n', {
      'a.ts': 2,
      'web/a.ts': 9,
      'c.ts': 1,
    });
    await git(app.folder.path, 'rm', '--quiet', '--cached', 'c.ts');
    assert.deepEqual(await targets(), ['web/a.ts#L9,1']);
  });

  it('include spaces and brackets in a path if such a file exists', async () => {
    const log = ['app/(auth)/[id]/page.tsx(1,14): error TS1: x', 'in my dir/a b.ts:1:1', 'see a.ts:1 and b.ts:1', ''];
    await start(log.join('\n'), { 'app/(auth)/[id]/page.tsx': 1, 'my dir/a b.ts': 1, 'a.ts': 1, 'b.ts': 1 });
    const found = (await links()).map(({ range, target }) => [
      log[range.start.line]?.slice(range.start.character, range.end.character),
      decodeURIComponent(target?.toString() ?? '').slice(folderUri().length + 1),
    ]);
    assert.deepEqual(found, [
      ['app/(auth)/[id]/page.tsx(1,14)', 'app/(auth)/[id]/page.tsx#L1,14'],
      ['my dir/a b.ts:1:1', 'my dir/a b.ts#L1,1'],
      ['a.ts:1', 'a.ts#L1'],
      ['b.ts:1', 'b.ts#L1'],
    ]);
  });

  it('lead to paths without a line number, too', async () => {
    await start('FAIL src/a.test.ts\nsee src/gone.ts\n', { 'src/a.test.ts': 1 });
    assert.deepEqual(await targets(), ['src/a.test.ts']);
  });

  it('of another commit open the file, say so once, and show problems only in unchanged files', async () => {
    await start('', { 'a.ts': 2, 'b.ts': 2 });
    const old = await commit();
    await writeTracked(app.folder.path, { 'b.ts': 3 });
    const head = await commit();
    const { gitlab, small, repository } = app;
    gitlab.world.addCommit(small.project, { sha: old, title: 'Old', createdAt: '2026-01-02T03:04:05.000Z' });
    const trace = 'a.ts:1:1: error: x\nb.ts:1:1: error: y\n';
    const build = gitlab.world.addBuild(small.project, { sha: old, ref: 'master', name: 'x', status: 'failed', trace });
    // What isn't pushed yet shows the builds of the commit before.
    repository.moveHead({ name: 'master', commit: head });
    await app.shows('ready', ({ builds }) => builds.some(({ id }) => id === build.id));
    const [first, second] = await links(build.id);
    await click(first);
    await click(second);
    const said = messageTexts().filter((text) => text.includes(old.slice(0, 8)));
    assert.deepEqual(said, [
      `This log is of commit ${old.slice(0, 8)}, which isn't checked out, so its lines may be elsewhere in your files.`,
    ]);
    assert.deepEqual(
      opened().map(({ uri }) => uri.path),
      ['a.ts', 'b.ts'].map((name) => join(app.folder.path, name)),
    );
    await app.run('showProblems', { build: build.id });
    assert.deepEqual(problems(), ['a.ts']);
  });
});
