import assert from 'node:assert/strict';
import type { CodeLens, TextDocument } from 'vscode';
import { placeholder } from '../../../src/ui/log/placeholder';
import { serverError } from '../../gitlab/faults';
import { signIn, type App, type AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import type { FakeTextEditor } from '../fake/texts';
import { until } from '../fake/until';
import { quickPolls } from '../quickPolls';
import { aBuild } from '../samples';

const escape = '\u001b';

describe('The placeholder for a log', () => {
  quickPolls();
  const apps = appsInTests();
  let app: App;
  const ready = async (options: AppOptions = {}) => {
    app = await apps.ready({ settings: () => ({ 'gitlabBuilds.refresh.activeSeconds': 2 }), ...options });
    app.asked();
  };
  const shown = (): FakeTextEditor => editor().texts.editors.at(-1) ?? assert.fail('no editor');
  const text = (): string => shown().document.getText();
  const shows = (what: RegExp) => until(String(what), () => what.test(text()));
  const open = (build: { readonly id: number }) => app.run('openLog', { build: build.id });
  const provided = (kind: string, method: string): readonly unknown[] => {
    const provider = editor().texts.provider(kind) as Record<string, (document: TextDocument) => readonly unknown[]>;
    return provider[method]?.(shown().document as unknown as TextDocument) ?? [];
  };
  const lenses = () => (provided('lens', 'provideCodeLenses') as CodeLens[]).map(({ command }) => command?.title);

  it('says that it was erased, and nothing in it is drawn, folded or copied', async () => {
    await ready({ prepare: ({ gitlab, small }) => void gitlab.world.update(small.builds.firstRspec, { trace: '' }) });
    const { firstRspec } = app.small.builds;
    await open(firstRspec);
    const sentence = `rspec #${firstRspec.id} has no log. It was erased, or the build wrote nothing. Retry the build for a new one.`;
    assert.equal(text(), sentence.replaceAll('. ', '.\n'));
    assert.deepEqual(editor().messages, []);
    assert.deepEqual(provided('folding', 'provideFoldingRanges'), []);
    assert.deepEqual(await Promise.resolve(provided('symbols', 'provideDocumentSymbols')), []);
    assert.equal(shown().drawnOn(0).length, 0);
    await app.run('copyFailure', { build: firstRspec.id });
    assert.deepEqual([editor().messages.map((message) => message.text), editor().clipboard], [[sentence], '']);
  });

  it('says that its build has not started, until it writes something', async () => {
    await ready({
      prepare: ({ gitlab, small }) => void gitlab.world.update(small.builds.deploy, { status: 'manual' }),
    });
    const { deploy } = app.small.builds;
    await open(deploy);
    assert.match(text(), /^production #\d+ is manual and has no log yet\.\nIt appears here once the build starts\.$/);
    const { world } = app.gitlab;
    world.update(deploy, { status: 'running', startedAtMs: world.now() });
    await app.api.refresh();
    await shows(/is running and has no log yet\.\nIt appears here as it is written\.$/);
    world.appendTrace(deploy, `${escape}[31mThe log${escape}[0m\nof it`);
    await shows(/^The log\nof it$/);
    assert.equal(shown().drawnOn(0).length, 1);
  });

  it('says what went wrong, and is replaced by the log as soon as possible', async () => {
    await ready();
    app.gitlab.faults = [serverError()];
    await open(app.small.builds.firstRspec);
    assert.match(text(), /reported a server error/);
    assert.deepEqual(editor().messages, []);
    assert.deepEqual(lenses().slice(0, 2), ['$(error) failed', '$(refresh) Try Again']);
    app.gitlab.faults = [];
    await shows(/1 failure/);
    assert.ok(!lenses().some((lens) => lens?.includes('Try Again')));
  });

  it('says that there is no connection, and is replaced by the log when it is opened again', async () => {
    await ready({ settings: () => ({ 'gitlabBuilds.refresh.activeSeconds': 60 }) });
    app.gitlab.faults = [{ reset: 'beforeHeaders' }];
    await open(app.small.builds.firstRspec);
    assert.match(text(), /Can't reach|was lost/);
    app.gitlab.faults = [];
    await open(app.small.builds.firstRspec);
    assert.match(text(), /1 failure/);
    assert.equal(editor().texts.editors.length, 1);
  });

  it('says that the token has expired, and is replaced by the log once there is another', async () => {
    await ready({
      gitlab: { profile: '18.9' },
      token: 'mine',
      prepare: ({ gitlab }) => void gitlab.world.addToken({ token: 'mine', user: 'dana' }),
    });
    const { firstRspec } = app.small.builds;
    const { world } = app.gitlab;
    world.addToken({ token: 'mine', user: 'dana', expiresAt: world.now() - 1000 });
    await open(firstRspec);
    assert.match(text(), /^Your token for .* has expired\.\nCreate a new one and sign in again\.$/);
    assert.ok(lenses().includes('$(key) Sign In Again'));
    world.addToken({ token: 'another', user: 'dana' });
    await signIn(app.secrets, app.gitlab.url, 'another');
    await shows(/1 failure/);
    const cursor = shown().selection.active.line;
    assert.match(shown().document.lineAt(cursor).text, /fail/i);
  });

  it('says that the build is gone, and keeps what is shown of a log', async () => {
    await ready();
    const { firstRspec, long } = app.small.builds;
    const gone = { when: ({ path }: { readonly path: string }) => path.endsWith('/trace') };
    const body = JSON.stringify({ message: '404 Not found' });
    await open(long);
    const before = text();
    app.gitlab.faults = [{ ...gone, answer: { status: 404, headers: { 'Content-Type': 'application/json' }, body } }];
    await open(firstRspec);
    assert.match(text(), /^rspec #\d+ is no longer on \S+, or your token has no access to it\.\nRefresh the builds/);
    await open(long);
    const [first] = editor().texts.editors;
    assert.equal(first?.document.getText(), before);
    assert.deepEqual(editor().messages, []);
  });

  it('says why there is none, and what to do about it', () => {
    const of = (changes: Parameters<typeof aBuild>[0], isErased = false) =>
      placeholder({ build: aBuild({ name: 'rspec', id: 7, ...changes }), failure: undefined, isErased });
    const never = { startedAt: undefined };
    assert.equal(of({ status: 'skipped', ...never }), 'rspec #7 has no log. It is skipped and never started.');
    assert.match(of({ status: 'created', ...never }), /is created and has no log yet\. It appears here as/);
    assert.match(
      of({ status: 'scheduled', ...never }),
      /is scheduled and has no log yet\. It appears here once the build starts/,
    );
    assert.match(of({ status: 'failed' }, true), /^The log of rspec #7 was erased\. Retry the build for a new one\.$/);
    assert.match(of({ status: 'running' }, true), /was erased\. New output appears here\.$/);
    const failure = { kind: 'notFound', host: 'git.example.com', status: 404 } as const;
    assert.match(placeholder({ build: undefined, failure, isErased: false }), /^This build is no longer on git/);
  });
});
