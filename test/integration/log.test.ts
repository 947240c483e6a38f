import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import { git, setRemote, signIn, until, workspaceFolder } from './support';

const escape = '\u001b';
const file = 'src/linked.ts';
const trace = [
  `section_start:10:prepare[collapsed=true]\r${escape}[0KPreparing\nUsing Docker\nmore\nsection_end:70:prepare\r${escape}[0K`,
  `section_start:70:step_script\r${escape}[0KExecuting\n$ make\n`,
  `${escape}[31m${file}:3:2: error: no such thing${escape}[0m\n`,
  `section_end:75:step_script\r${escape}[0K\nERROR: Job failed: exit code 1\n`,
].join('');

async function eventually<T>(what: string, look: () => Thenable<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`never: ${what}`);
}

describe('the log of a build, in an editor', () => {
  let gitlab: FakeGitLab;
  let small: SmallProject;
  const linked = () => join(workspaceFolder(), file);
  const open = async (build: { id: number }): Promise<vscode.TextEditor> => {
    await vscode.commands.executeCommand('gitlabBuilds.openLog', { build: build.id });
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.scheme, 'gitlab-builds-log');
    return editor;
  };

  before(async () => {
    gitlab = await startGitLab();
    small = smallProject(gitlab.world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
    gitlab.world.update(small.builds.firstRspec, { trace });
    mkdirSync(dirname(linked()), { recursive: true });
    writeFileSync(linked(), 'one\ntwo\nthree\n');
    git('add', '--', file);
    await setRemote(`${gitlab.url}/${small.project.path}.git`);
    await signIn(gitlab.url, small.token);
    await until('ready', ({ state, instance }) => state === 'ready' && instance === gitlab.url);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('gitlabBuilds.signOut');
    await gitlab.close();
    git('rm', '--quiet', '--cached', '--', file);
    rmSync(dirname(linked()), { recursive: true, force: true });
  });

  it('is plain text in its own language, read-only, with the cursor on the error', async () => {
    const { document, selection } = await open(small.builds.firstRspec);
    assert.equal(document.languageId, 'gitlab-build-log');
    assert.equal(document.lineAt(selection.active.line).text, `${file}:3:2: error: no such thing`);
    assert.equal(document.getText().includes(escape), false);
    assert.equal(document.isDirty, false);
  });

  it('has its sections as folds and in the outline', async () => {
    const { document } = await open(small.builds.firstRspec);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map(({ name, detail }) => [name, detail]),
      [
        ['Preparing', '1:00'],
        ['Executing', 'failed · 0:05'],
      ],
    );
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      document.uri,
    );
    assert.deepEqual(folds.map(({ start }) => start).sort(), [0, 3]);
  });

  it('has the section folded that the runner marks as collapsed', async () => {
    const { visibleRanges } = await eventually('the fold', () => {
      const editor = vscode.window.activeTextEditor;
      return editor !== undefined && editor.visibleRanges.length > 1 ? editor : undefined;
    });
    assert.equal(visibleRanges[0]?.end.line, 0);
  });

  it('links to the file that it names, at the line', async () => {
    const { document } = await open(small.builds.firstRspec);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    const target = links.map((link) => link.target).find((uri) => uri?.scheme === 'file');
    assert.equal(target?.fsPath, linked());
    assert.equal(target.fragment, 'L3,2');
  });

  it('is reloaded after its tab was closed, even if the document still exists', async () => {
    const { document } = await open(small.builds.firstRspec);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    gitlab.world.update(small.builds.firstRspec, { trace: 'quite another\n' });
    const held = vscode.workspace.textDocuments.includes(document);
    assert.equal((await open(small.builds.firstRspec)).document.getText(), 'quite another', `held: ${held}`);
    gitlab.world.update(small.builds.firstRspec, { trace });
    await eventually('the log of before', async () => {
      await vscode.commands.executeCommand('gitlabBuilds.openLog', { build: small.builds.firstRspec.id });
      const text = vscode.window.activeTextEditor?.document.getText();
      return text?.includes('no such thing') === true ? true : undefined;
    });
  });

  it('keeps its folds when its language mode is changed', async () => {
    const { document } = await open(small.builds.firstRspec);
    const plain = await vscode.languages.setTextDocumentLanguage(document, 'plaintext');
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      plain.uri,
    );
    assert.deepEqual(folds.map(({ start }) => start).sort(), [0, 3]);
  });

  it('keeps its scroll position when earlier lines are loaded', async () => {
    const settings = vscode.workspace.getConfiguration('gitlabBuilds.log');
    await settings.update('tailAbove', 0.2, vscode.ConfigurationTarget.Global);
    const lines = Array.from({ length: 10_000 }, (_, at) => `line ${at} ${'x'.repeat(60)}\n`);
    gitlab.world.update(small.builds.rspec, { trace: lines.join('') });
    const editor = await open(small.builds.rspec);
    const { document } = editor;
    const count = document.lineCount;
    assert.ok(count < 4000, `${count}`);
    editor.selection = new vscode.Selection(1510, 3, 1510, 3);
    editor.revealRange(new vscode.Range(1500, 0, 1500, 0), vscode.TextEditorRevealType.AtTop);
    const top = () => editor.visibleRanges[0]?.start.line ?? 0;
    await eventually('the scrolling', () => (top() > 1400 && top() <= 1500 ? true : undefined));
    const [wanted, cursor] = [top(), 1510].map((line) => document.lineAt(line).text);
    await vscode.commands.executeCommand('gitlabBuilds.loadEarlier');
    await eventually('the lines before', () => (document.lineCount > count ? true : undefined));
    await eventually('the place', () => (document.lineAt(top()).text === wanted ? true : undefined));
    const atCursor = () => document.lineAt(editor.selection.active.line).text;
    await eventually('the cursor', () => (atCursor() === cursor ? true : undefined));
    await settings.update('tailAbove', undefined, vscode.ConfigurationTarget.Global);
  });
});
