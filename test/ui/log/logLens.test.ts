import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentLink, TextDocument } from 'vscode';
import { serverError } from '../../gitlab/faults';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { writeTracked } from '../folder';

const escape = '\u001b';
const failing = `$ make\n${escape}[31msrc/app.ts:12:3: error: no such thing${escape}[0m\n\`\`\`\nERROR: Job failed: exit code 1\n`;

describe('The log of a failed build', () => {
  const apps = appsInTests();
  let app: App;
  const start = async (trace = failing) => {
    app = await apps.ready({
      prepare: ({ gitlab: { world }, small }) => void world.update(small.builds.firstRspec, { trace }),
    });
  };
  const reference = () => ({ build: app.small.builds.firstRspec.id });

  it("is copied as Markdown: which build, where, and the lines around the error in a fence that they can't end", async () => {
    await start();
    await app.run('copyFailure', reference());
    const { id } = app.small.builds.firstRspec;
    const [head, ...rest] = editor().clipboard.split('\n');
    const page = `${app.gitlab.url}/${app.small.project.path}/builds/${id}`;
    assert.ok(head?.startsWith(`**[rspec \\#${id}](<${page}>)** failed in stage test (master, `), head);
    assert.match(rest[0] ?? '', /^ran \d+ s · ended `\S+` · runner `/);
    assert.ok(rest.some((line) => /^First error, line \d+ of \d+:$/.test(line)));
    assert.ok(rest.includes('````text'));
    assert.ok(rest.includes('src/app.ts:12:3: error: no such thing'));
    assert.deepEqual(rest.slice(-2), ['````', '']);
    assert.deepEqual(editor().statusMessages, [`Failure of rspec #${id} copied as Markdown`]);
  });

  it('is copied from its editor too, without a prompt', async () => {
    await start();
    await app.run('openLog', reference());
    editor().turnTo(editor().texts.editors[0]?.document.uri);
    await app.run('copyFailure');
    assert.match(editor().clipboard, /rspec/);
    assert.deepEqual(editor().picks, []);
  });

  it('is not copied for a passed build', async () => {
    await start();
    await app.run('copyFailure', { build: app.small.builds.rspec.id });
    assert.deepEqual([messageTexts(), editor().clipboard], [['No failed builds.'], '']);
  });

  it('is saved byte for byte, where the user chooses', async () => {
    await start();
    const path = join(app.folder.path, 'saved.log');
    editor().saveTo = Uri.file(path);
    await app.run('saveLog', reference());
    assert.equal(await readFile(path, 'utf8'), failing);
    assert.deepEqual(editor().statusMessages, [`Saved saved.log (${failing.length} B)`]);
  });

  it("leaves the existing file unchanged when it can't be loaded", async () => {
    await start();
    const path = join(app.folder.path, 'saved.log');
    await writeFile(path, 'before');
    editor().saveTo = Uri.file(path);
    app.gitlab.faults = [serverError()];
    await app.run('saveLog', reference());
    assert.match(messageTexts()[0] ?? '', /reported a server error/);
    assert.equal(await readFile(path, 'utf8'), 'before');
    assert.deepEqual(
      (await readdir(app.folder.path)).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  it('is not requested when the user cancels saving', async () => {
    await start();
    app.asked();
    await app.run('saveLog', reference());
    assert.deepEqual(app.asked(), []);
  });

  it('is compared with the last passed run of the same name, without what differs in every run', async () => {
    await start('2026-01-02T03:04:05.000Z a line\nother\n');
    const { rspec, firstRspec } = app.small.builds;
    app.gitlab.world.update(rspec, { trace: '2025-12-31T23:59:59.999Z a line\nanother\n' });
    await app.run('compareLog', reference());
    const [diff] = editor().executed.filter(({ command }) => command === 'vscode.diff');
    const [left, right, title] = (diff?.args ?? []) as [Uri, Uri, string];
    const other = Number(/#(\d+)\.log$/.exec(left.path)?.[1]);
    assert.notEqual(other, firstRspec.id);
    assert.equal(title, `rspec: #${other} (passed) and #${firstRspec.id}`);
    const text = (await editor().texts.open(right)).getText();
    assert.ok(text.includes('a line') && !text.includes('03:04:05'), text);
    assert.equal(right.scheme, 'gitlab-builds-log-compared');
  });

  it('is not compared if no build of the same name passed', async () => {
    await start();
    await app.run('compareLog', { build: app.small.builds.odd.id });
    assert.match(messageTexts()[0] ?? '', /^No recent successful run of ".*" found\.$/);
  });

  /** Those of the log, in a repository that has `src/app.ts`; `file`: its address. */
  async function linksToApp(): Promise<{ readonly links: readonly DocumentLink[]; readonly file: string }> {
    const path = join(app.folder.path, 'src/app.ts');
    await writeTracked(app.folder.path, { 'src/app.ts': 12 });
    await app.run('openLog', reference());
    const provider = editor().texts.provider('links') as {
      provideDocumentLinks(document: TextDocument, token: object): Promise<DocumentLink[]>;
    };
    const document = editor().texts.editors[0]?.document as unknown as TextDocument;
    const links = await provider.provideDocumentLinks(document, { isCancellationRequested: false });
    return { links, file: Uri.file(path).toString() };
  }

  it('links to the locations that linters list below a file', async () => {
    await start('/builds/group/sub.project/src/app.ts\n  3:4  error  Unexpected console statement  no-console\n');
    const { links, file } = await linksToApp();
    assert.deepEqual(
      links.map(({ range, target }) => [range.start.line, range.start.character, target?.toString()]),
      [
        [0, 0, file],
        [1, 2, `${file}#L3,4`],
      ],
    );
  });

  it('links to the repository files that it names, if they exist', async () => {
    const project = 'group/sub.project';
    await start(
      [
        'src/app.ts:12:3: error: a',
        `/builds/${project}/src/app.ts:7: error: b`,
        'src/gone.ts:1:1: error: c',
        '../../etc/passwd:1:1: error: d',
        `see ${escape}]8;;https://docs.example.com/x${escape}\\the docs${escape}]8;;${escape}\\`,
        '',
      ].join('\n'),
    );
    const { links, file } = await linksToApp();
    assert.deepEqual(
      links.map(({ range, target }) => [range.start.line, target?.toString()]),
      [
        [0, `${file}#L12,3`],
        [1, `${file}#L7`],
        [4, 'https://docs.example.com/x'],
      ],
    );
  });
});
