import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MarkdownString, window, type CancellationToken, type CodeLensProvider, type Terminal } from 'vscode';
import { safeName } from '../../src/core/artifacts/fileNames';
import { plainText, withoutControls } from '../../src/core/util/plainText';
import { Report, UserError } from '../../src/ui/report';
import type { FakeBuild, PipelineInputSpec } from '../gitlab/model';
import { hostileNames } from '../gitlab/scenarios';
import { shaOf } from '../gitlab/seed';
import type { App } from './app';
import { appsInTests } from './eachApp';
import { Uri } from './fake/basics';
import type { FakeQuickPick } from './fake/boxes';
import { editor } from './fake/editor';
import type { FakeTestItems } from './fake/tests';
import { FakeDocument } from './fake/texts';
import { until } from './fake/until';
import { rowsOf } from './fake/views';
import { writeTracked } from './folder';
import { box } from './signInBox';

/** Characters that nobody sees and that change what others look like or do; our own word joiner only parts markup. */
const marks =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2061-\u206f\ufeff\u00ad\u3164\ufff9-\ufffb]|(?<![\]$])\u2060|[\ud800-\udfff](?<![\ud800-\udbff][\udc00-\udfff])(?![\udc00-\udfff])/g;

/** What of a text a person sees. */
function visible(text: string): string {
  return text.replace(
    /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u3164\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu,
    '',
  );
}

/** A text of Markdown as it is read: all that is escaped as itself. */
function read(markdown: string): string {
  return markdown.replaceAll('&#36;', '$').replace(/\\([!-/:-@[-`{-~])/g, '$1');
}

/** Links as VS Code knows them in messages, and what could become one. */
const links = /\]\(/g;
const icons = /\$\((?:flame|heart|bug)/g;
const markup = /\]\(|\]:|\$\((?:flame|heart|bug)|<|`|!\[/g;
/** Places where VS Code draws icons, too. */
const withIcons =
  /(?:label|description|detail) of a quick pick|status bar|lens|language status|title of a diff|of a test|(?:prompt|validation) of an input box/;
/** The address of a document is its title: nothing is drawn in it but itself, and its name has no colon. */
const plainTitle = /\]\((?:https?|command|file):/g;

/** Texts that VS Code draws as they are, without links or icons. */
const isDocument = /^(?:timeline|output of a test|message of a test|problem of a CI file)$/;

/** The links that tooltips have at their end. */
const ourLinks =
  /\[(?:Open Log|Open in Browser|Merge Request|Commit)\]\(command:(?:gitlabBuilds\.openLog|gitlabBuilds\.openInBrowser|vscode\.open)\?[\w%.~*'!-]*\)/g;

/** The commands that a text may run, but for those of our own links. */
function trustedIn({ isTrusted = false }: MarkdownString): readonly unknown[] {
  if (typeof isTrusted === 'boolean') return isTrusted ? ['everything'] : [];
  const own = ['openLog', 'openInBrowser', 'goToConfigError'].map((name) => `gitlabBuilds.${name}`);
  const ours = [...own, 'vscode.open'];
  return isTrusted.enabledCommands.filter((command) => !ours.includes(command));
}

/** What acts in a text at that place: links, and icons that none of ours is. Of Markdown without what is escaped. */
function actingIn(sink: string, text: string | MarkdownString): readonly string[] {
  if (typeof text !== 'string') {
    const source = text.value.replace(/\\[!-/:-@[-`{-~]/g, '·');
    const withoutOurs = source.replace(/^\*\*\[[^\]]*\]\(<http:\/\/127[^>]*>\)/, '').replace(ourLinks, '');
    return [...(withoutOurs.match(markup) ?? []), ...(text.value.match(marks) ?? [])];
  }
  if (isDocument.test(sink)) return text.match(marks) ?? [];
  if (sink === 'tab title') return [...(text.match(plainTitle) ?? []), ...(text.match(marks) ?? [])];
  return [
    ...(text.match(marks) ?? []),
    ...(text.match(links) ?? []),
    ...(withIcons.test(sink) ? (text.match(icons) ?? []) : []),
  ];
}

/** The text without the one link of ours that a prompt may end with. Its argument is encoded, so nothing in it acts. */
function withoutOwnLink(text: string): string {
  return text.replace(/ \[Create Access Token\]\(command:gitlabBuilds\.createToken\?[\w%.-]+\)$/, '');
}

/** Every place where VS Code shows text of ours, with all the texts that came there. */
class Sinks {
  private readonly texts = new Map<string, (string | MarkdownString)[]>();

  add(sink: string, ...texts: readonly (string | MarkdownString | undefined)[]): void {
    const known = this.texts.get(sink) ?? [];
    known.push(...texts.filter((text) => text !== undefined));
    this.texts.set(sink, known);
  }

  check(sinks: readonly string[], name: string): void {
    const acting: string[] = [];
    for (const [sink, texts] of this.texts) {
      for (const text of texts) {
        const foreign = typeof text === 'string' && sink === 'prompt of an input box' ? withoutOwnLink(text) : text;
        if (actingIn(sink, foreign).length > 0) acting.push(`${sink}: ${JSON.stringify(text)}`);
        if (typeof text !== 'string')
          assert.deepEqual([trustedIn(text), text.supportHtml], [[], undefined], `${sink} runs only our commands`);
      }
    }
    assert.deepEqual(acting, []);
    for (const sink of sinks) {
      const shown = (this.texts.get(sink) ?? []).map((text) =>
        visible(typeof text === 'string' ? text : read(text.value)),
      );
      const wanted = ofFiles.has(sink) ? safeName(withoutControls(name)) : plainText(name);
      assert.ok(
        shown.some((text) => text.includes(wanted)),
        `${sink} shows ${JSON.stringify(wanted)}, not ${JSON.stringify(shown)}`,
      );
    }
  }

  /** All that is in the editor now. */
  async collect(): Promise<void> {
    for (const { severity, text, detail, buttons } of editor().messages) {
      this.add(`${severity} message`, text, ...buttons);
      this.add('detail of a modal', detail);
    }
    this.add('status bar message', ...editor().statusMessages);
    for (const { items, options } of editor().picks) {
      this.add('title of a quick pick', options.title, options.placeHolder);
      for (const item of items) this.addItem(typeof item === 'string' ? { label: item } : item);
    }
    for (const { items, title, placeholder } of editor().quickPicks) {
      this.add('title of a quick pick', title, placeholder);
      for (const item of items) this.addItem(item);
    }
    for (const one of editor().inputBoxes) {
      this.add('input box', one.title, one.placeholder);
      this.add('prompt of an input box', one.prompt);
      this.add('validation of an input box', one.validationMessage);
    }
    for (const { options, reports } of editor().progress) {
      this.add('title of a progress', options.title);
      this.add('message of a progress', ...reports.map(({ message }) => message));
    }
    for (const { text, tooltip, accessibilityInformation } of editor().statusBarItems) {
      this.add('status bar', text);
      this.add('what a screen reader says', accessibilityInformation?.label);
      this.add('tooltip of the status bar', tooltip as string | MarkdownString | undefined);
    }
    for (const { text, detail } of editor().texts.languageStatus) this.add('language status', text, detail);
    for (const { command, args } of editor().executed)
      if (command === 'vscode.diff') this.add('title of a diff', String(args[2]));
    for (const { uri } of editor().texts.documents.values()) this.add('tab title', uri.path.slice(1));
    for (const document of editor().texts.documents.values())
      if (document.uri.scheme === 'gitlab-builds-timeline') this.add('timeline', ...document.getText().split('\n'));
    for (const { command, args } of editor().executed)
      if (command === 'workbench.action.chat.open') this.addQuestion(args[0] as { readonly query: string });
    this.addTests();
    this.addProblems();
    await this.addRows();
    await this.addOfLogs();
  }

  private addItem({ label, description, detail }: { label: string; description?: string; detail?: string }): void {
    this.add('label of a quick pick', label);
    this.add('description of a quick pick', description);
    this.add('detail of a quick pick', detail);
  }

  /** Below its first lines the log stands as it is, in a fence. */
  private addQuestion({ query }: { readonly query: string }): void {
    const [, , head = ''] = query.split('\n');
    this.add('question in the chat', new MarkdownString(head));
    assert.deepEqual(query.match(marks), null);
  }

  private addTests(): void {
    for (const { items, runs, label, profiles } of editor().testControllers) {
      this.add('title of a test run', label, ...runs.map(({ name }) => name), ...profiles.map((one) => one.label));
      for (const { outputs, results } of runs) {
        this.add('output of a test', ...outputs.flatMap(([text]) => text.split('\r\n')));
        this.add('message of a test', ...[...results.values()].map(({ message }) => message?.message));
      }
      const below = (of: FakeTestItems): void => {
        for (const item of of.all.values()) {
          this.add('label of a test', item.label);
          this.add('description of a test', item.description, item.error);
          below(item.children);
        }
      };
      below(items);
    }
  }

  /** What GitLab finds wrong with a CI file: drawn as plain text. */
  addLintProblems(): void {
    const own = editor().problems.filter(({ name }) => name === 'GitLab CI');
    for (const [, all] of own.flatMap(({ entries }) => entries))
      this.add('problem of a CI file', ...all.map(({ message }) => message));
  }

  private addProblems(): void {
    for (const [, all] of editor().problems.flatMap(({ entries }) => entries)) {
      for (const { message, source, relatedInformation = [] } of all) {
        // Problems are drawn as plain text, as the log has them: only their source is a name.
        assert.doesNotMatch(message, /[\0-\x08\x0b-\x1f\u202e\u2060]/);
        this.add('source of a problem', source, ...relatedInformation.map((one) => one.message));
      }
    }
  }

  private async addRows(): Promise<void> {
    const [view] = editor().views;
    assert.ok(view);
    const { badge, title, description, message, options } = view;
    this.add('view', title, description, message, badge?.tooltip);
    for (const { item, element } of await rowsOf(view, () => true)) {
      const resolved = await options.treeDataProvider.resolveTreeItem?.(item as never, element, {} as never);
      this.add('label of a row', item.label);
      this.add('description of a row', item.description, item.accessibilityInformation?.label);
      const tooltip = (resolved?.tooltip ?? item.tooltip) as string | MarkdownString | undefined;
      this.add(typeof tooltip === 'string' ? 'plain tooltip of a row' : 'tooltip of a row', tooltip);
    }
  }

  private async addOfLogs(): Promise<void> {
    const { editors, decorations } = editor().texts;
    for (const { document, decorations: drawn } of editors) {
      const ask = async <T>(kind: string, method: string, ...rest: readonly unknown[]): Promise<readonly T[]> => {
        const all = editor().texts.providers.filter((one) => one.kind === kind);
        const answers = all.map(({ provider }) =>
          (provider as Record<string, (...args: readonly unknown[]) => unknown>)[method]?.(document, ...rest),
        );
        return (await Promise.all(answers)).flat().filter((one) => one !== undefined) as T[];
      };
      for (const lens of await ask<{ command?: { title: string } }>('lens', 'provideCodeLenses'))
        this.add('lens of a log', lens.command?.title);
      for (const symbol of await ask<{ name: string; detail: string }>('symbols', 'provideDocumentSymbols'))
        this.add('outline of a log', symbol.name, symbol.detail);
      for (let line = 0; line < document.lineCount; line++)
        for (const hover of await ask<{ contents: MarkdownString }>('hover', 'provideHover', { line, character: 0 }))
          this.add('hover in a log', hover.contents);
      const token = { isCancellationRequested: false };
      for (const link of await ask<{ target: unknown; tooltip?: string }>('links', 'provideDocumentLinks', token)) {
        assert.match(String(link.target), /^(?:https?|file):/);
        this.add('link in a log', link.tooltip);
      }
      this.add(
        'decoration of a file',
        (await decorations?.provideFileDecoration(document.uri as never, {} as never))?.tooltip,
      );
      for (const { renderOptions } of [...drawn.values()].flat())
        this.add('decoration of a log', renderOptions?.after?.contentText, renderOptions?.before?.contentText);
    }
  }
}

/** Places that name files, which are called otherwise where a system could not have such a name. */
const ofFiles = new Set(['tab title', 'information message']);

/** Places that are to show the name; others are looked at, too. */
const places = [
  'error message',
  'warning message',
  'information message',
  'detail of a modal',
  'status bar message',
  'title of a quick pick',
  'label of a quick pick',
  'description of a quick pick',
  'detail of a quick pick',
  'validation of an input box',
  'title of a progress',
  'tooltip of the status bar',
  'language status',
  'title of a diff',
  'tab title',
  'source of a problem',
  'label of a row',
  'description of a row',
  'plain tooltip of a row',
  'tooltip of a row',
  'lens of a log',
  'outline of a log',
  'decoration of a file',
  'clipboard',
  'view',
  'question in the chat',
  'label of a test',
  'lens of a CI file',
  'timeline',
];

/** Places that the second test is to show the name in. */
const newerPlaces = [
  'detail of a modal',
  'label of a quick pick',
  'description of a quick pick',
  'detail of a quick pick',
  'title of a quick pick',
  'input box',
  'prompt of an input box',
  'warning message',
  'problem of a CI file',
  'label of a row',
  'description of a row',
  'tooltip of a row',
  'title of a question of an agent',
  'answer to an agent',
];

describe('A hostile name', () => {
  const apps = appsInTests();
  let made: Readonly<Record<'failed' | 'passed' | 'running' | 'manual', FakeBuild>>;

  const start = (name: string): Promise<App> =>
    apps.ready({
      gitlab: { profile: '18.9' },
      prepare: ({ gitlab: { world }, small: { project, sha, olderSha, username } }) => {
        const text = `section_start:1:a\r\u001b[0K${name.replaceAll('\n', ' ')}\nsrc/a.ts:1:1: error: ${name}\nsection_end:9:a\r\u001b[0K`;
        const stamped = `2024-05-14T11:19:01.899359Z 01O ${name.replaceAll('\n', ' ')}\n`;
        const failures = `<testsuite><testcase name="${xml(name)}"><failure message="${xml(name)}"/></testcase></testsuite>`;
        const artifacts = {
          filename: 'a.zip',
          files: { [name.replace(/[\\/]/g, '-')]: 'x', 'junit.xml': failures },
        };
        const own = { name, stage: name, user: username, runner: name, trace: text } as const;
        world.addCommit(project, { sha, title: name, createdAt: '2016-01-01T12:00:00.000Z' });
        world.addBuild(project, { ...own, sha: olderSha, status: 'success' });
        for (const [part, status] of ['failed', 'success'].entries())
          world.addBuild(project, { ...own, name: `${name} 5 ${part + 1}/2`, sha, status });
        made = {
          passed: world.addBuild(project, { ...own, name: `${name} 2`, sha, status: 'success', artifacts }),
          failed: world.addBuild(project, { ...own, sha, status: 'failed', artifacts }),
          running: world.addBuild(project, { ...own, name: `${name} 3`, sha, status: 'running', trace: stamped }),
          manual: world.addBuild(project, { ...own, name: `${name} 4`, sha, status: 'manual', when: 'manual' }),
        };
      },
    });

  for (const name of hostileNames)
    it(`is shown unchanged and does nothing anywhere: ${JSON.stringify(name)}`, async () => {
      const app = await start(name);
      const sinks = new Sinks();
      await actOn(app);
      await lookInto(app);
      await useWhatIsNew(app, name, sinks);
      await beRefused(app, name);
      app.repository.moveHead({ name, commit: app.small.sha });
      await app.shows('ready', ({ commit }) => commit?.ref === name);
      app.gitlab.faults = [];
      await app.run('sinceWhen', { build: made.failed.id });
      const all = await rowsOf(editor().views[0] ?? assert.fail(), () => true);
      assert.ok(all.some(({ item }) => item.contextValue === 'history'));
      await sinks.collect();
      // Below it the log stands as it is, in a fence.
      const [head = ''] = editor().clipboard.split('\n');
      assert.doesNotMatch(head, /\u2060/);
      sinks.add('clipboard', new MarkdownString(head));
      sinks.check(places, name);
    });

  for (const name of hostileNames)
    it(`does no more in inputs, lint, earlier pipelines and responses to agents: ${JSON.stringify(name)}`, async () => {
      const app = await startNewer(name);
      const sinks = new Sinks();
      await offerInputs(app, sinks);
      await lint(app, name);
      await answerAgents(sinks, name);
      await follow(app, name);
      await sinks.collect();
      sinks.addLintProblems();
      sinks.check(newerPlaces, name);
    });

  const picked = async (running: Promise<void>, at: number, label?: string): Promise<void> => {
    const pick = await until('the list', () => editor().picks[at]);
    if (label === undefined) pick.escape();
    else pick.choose(label);
    await running;
  };
  const escaped = async (running: Promise<void>): Promise<void> => {
    (await until('the list', () => editor().quickPicks.find(({ visible: isOpen, busy }) => isOpen && !busy))).escape();
    await running;
  };

  async function actOn(app: App): Promise<void> {
    await picked(app.run('retry'), 0);
    await escaped(app.run('selectCommit'));
    await escaped(app.run('playWithVariables', { build: made.manual.id }));
    const erasing = app.run('erase', { build: made.passed.id });
    (await until('the question', () => editor().messages.find(({ open, modal }) => open && modal))).close();
    await erasing;
    await writeTracked(app.folder.path, { 'src/a.ts': 1 });
    await app.run('downloadArtifacts', { build: made.passed.id });
    await app.run('retry', { build: made.passed.id });
  }

  async function lookInto(app: App): Promise<void> {
    const { odd } = app.small.builds;
    for (const build of [odd, made.failed, made.running]) await app.run('openLog', { build: build.id });
    for (const shown of editor().texts.editors) editor().turnTo(shown.document.uri);
    await app.run('showProblems', { build: made.failed.id });
    await app.run('compareLog', { build: made.failed.id });
    await app.run('copyFailure', { build: made.failed.id });
  }

  async function useWhatIsNew(app: App, name: string, sinks: Sinks): Promise<void> {
    const build = made.failed.id;
    for (const command of [
      'fixWithChat',
      'showTests',
      'showTimeline',
      'showCoverage',
      'showCodeQuality',
      'goToJob',
      'watch',
    ])
      await app.run(command, { build });
    await escaped(app.run('runPipeline', { build }));
    await app.run('openByUrl', name);
    await app.run('openByUrl', `${app.gitlab.url}/${encodeURIComponent(name)}/-/jobs/1`);
    const file = join(app.folder.path, '.gitlab-ci.yml');
    const text = [name, `${name} 5`].map((job) => `${JSON.stringify(job)}:\n  script: a\n`).join('');
    await mkdir(app.folder.path, { recursive: true });
    await writeFile(file, text);
    const document = new FakeDocument(Uri.file(file), text);
    for (const { kind, provider } of editor().texts.providers)
      if (kind === 'lens')
        for (const { command } of (await (provider as CodeLensProvider).provideCodeLenses(
          document as never,
          undefined as never,
        )) ?? [])
          sinks.add('lens of a CI file', command?.title, command?.tooltip);
    const context = { line: `see ${app.gitlab.url}/${name}/-/jobs/1 ${name}`, terminal: {} as Terminal };
    for (const link of (await editor().terminalLinks[0]?.provideTerminalLinks(context, {} as CancellationToken)) ?? [])
      sinks.add('link in a terminal', link.tooltip);
  }

  const startNewer = (name: string): Promise<App> =>
    apps.ready({
      gitlab: { profile: '18.10' },
      prepare: ({ gitlab: { world }, small: { project, sha, ref } }) => {
        const inputsSpec: readonly PipelineInputSpec[] = [
          { name, type: 'STRING', description: name, default: name },
          { name: `${name} 2`, type: 'STRING', description: name, options: [name, 'b'], default: name },
        ];
        world.declareInputs(project, ...inputsSpec);
        const earlier = shaOf('earlier');
        world.addCommit(project, { sha: earlier, title: name });
        const pipeline = world.addPipeline(project, { sha: earlier, ref, name });
        world.addBuild(project, { sha: earlier, pipeline, name, stage: name, status: 'failed' });
        const own = { name, stage: name, sha } as const;
        made = {
          passed: world.addBuild(project, { ...own, name: `${name} 2`, status: 'success' }),
          failed: world.addBuild(project, { ...own, status: 'failed', trace: `error: ${name}\n` }),
          running: world.addBuild(project, { ...own, name: `${name} 3`, status: 'running' }),
          manual: world.addBuild(project, {
            ...{ ...own, name: `${name} 4`, status: 'manual', when: 'manual', inputsSpec },
            manualConfirmation: name,
          }),
        };
      },
    });

  async function offerInputs(app: App, sinks: Sinks): Promise<void> {
    await offer(app.run('runPipeline'), sinks);
    const playing = app.run('playWithInputs', { build: made.manual.id });
    // GitLab wants this build to be confirmed.
    const question = await until('the question', () => editor().messages.find(({ open, modal }) => open && modal));
    question.press(question.buttons[0] ?? '');
    await offer(playing, sinks);
  }

  async function lint(app: App, name: string): Promise<void> {
    const file = join(app.folder.path, '.gitlab-ci.yml');
    await mkdir(app.folder.path, { recursive: true });
    await writeFile(file, 'a:\n  script: a\n');
    const body = JSON.stringify({ valid: false, errors: [name], warnings: [name], merged_yaml: null });
    const answer = { status: 200, headers: { 'Content-Type': 'application/json' }, body };
    app.gitlab.faults = [{ when: ({ path }) => path.includes('/ci/lint'), answer }];
    await app.run('validateCiConfig');
    await app.run('goToJob', { build: made.failed.id });
    app.gitlab.faults = [];
  }

  async function answerAgents(sinks: Sinks, name: string): Promise<void> {
    const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
    for (const [tool, input] of [
      ['status', {}],
      ['failure', { build: made.failed.id, sinceWhen: true }],
      ['log', { build: made.failed.id }],
      ['failure', { build: name }],
    ] as const) {
      const answer = await editor()
        .tools.get(`gitlab-builds_${tool}`)
        ?.invoke({ input, toolInvocationToken: undefined }, token);
      const [, boundary = '', ...rest] = textOf(answer).split('\n');
      assert.match(boundary, /^data-[0-9a-f]{16}$/);
      // The whole answer is between two lines that nobody outside knows.
      assert.deepEqual([rest.pop(), rest.includes(boundary)], [boundary, false]);
      assert.deepEqual(rest.join('\n').match(marks), null);
      sinks.add(
        'answer to an agent',
        new MarkdownString(
          rest
            .filter((line) => line.startsWith('- '))
            .map(code)
            .join('\n'),
        ),
      );
    }
    for (const tool of ['retry', 'play']) {
      const prepared = await editor()
        .tools.get(`gitlab-builds_${tool}`)
        ?.prepareInvocation?.({ input: { build: made[tool === 'play' ? 'manual' : 'failed'].id } }, token);
      const { title, message } = prepared?.confirmationMessages ?? {};
      sinks.add('question of an agent', message);
      // VS Code shows the title as plain text.
      sinks.add('title of a question of an agent', String(title));
    }
  }

  async function follow(app: App, name: string): Promise<void> {
    const address = `${app.gitlab.url}/${encodeURIComponent(name)}/-/jobs/1`;
    for (const url of [name, address, `command:gitlabBuilds.signOut?${encodeURIComponent(name)}`]) {
      const uri = Uri.parse(`vscode://gitlab-builds.gitlab-builds/open?url=${encodeURIComponent(url)}`);
      await editor().uriHandlers[0]?.handleUri(uri as never);
    }
  }

  async function beRefused(app: App, name: string): Promise<void> {
    await app.run('retry', { build: made.running.id });
    const message = JSON.stringify({ message: name });
    const answer = { status: 403, headers: { 'Content-Type': 'application/json' }, body: message };
    app.gitlab.faults = [{ when: ({ method }) => method === 'POST', answer }];
    await app.run('cancel', { build: made.running.id });
    app.gitlab.faults = [{ answer: { ...answer, status: 403 } }];
    const signingIn = app.run('signIn', { instance: app.gitlab.url });
    const token = await box(true);
    token.type('another-token');
    token.accept();
    await until('the answer', () => !token.busy);
    app.gitlab.faults = [];
    void signingIn;
  }

  for (const name of hostileNames)
    it(`does nothing in any kind of message, whoever provides it: ${JSON.stringify(name)}`, async () => {
      const report = new Report(window.createOutputChannel('x', { log: true }));
      void report.inform(name);
      void report.announce('warning', name);
      void report.announce('information', name);
      void report.choose(name, name);
      report.done(name);
      await report.guard('x', () => Promise.reject(new UserError(name)));
      await report.guard('x', () => Promise.reject(new Error(name)));
      const { messages, statusMessages } = editor();
      assert.equal(messages.length, 6);
      for (const text of [...messages.flatMap((one) => [one.text, one.detail])])
        assert.doesNotMatch(text, /\]\(/, JSON.stringify(text));
      for (const text of [...messages.slice(0, 5).map((one) => one.text), ...statusMessages])
        assert.equal(visible(text), visible(name));
      assert.doesNotMatch(statusMessages.join(''), /\]\(|\$\(/);
    });
});

function accept(list: FakeQuickPick, at: number): void {
  list.selectedItems = list.items.slice(at, at + 1);
  list.accept();
}

async function offer(running: Promise<void>, sinks: Sinks): Promise<void> {
  const list = (count: number) =>
    until('the list', () => {
      const open = editor().quickPicks.filter(({ visible: isOpen }) => isOpen);
      return editor().quickPicks.length >= count ? open.at(-1) : undefined;
    });
  const first = editor().quickPicks.length + 1;
  accept(await list(first), 1);
  const box = await until('the box', () => editor().inputBoxes.findLast(({ visible: isOpen }) => isOpen));
  sinks.add('input box', box.title);
  sinks.add('prompt of an input box', box.prompt);
  box.escape();
  accept(await list(first + 1), 2);
  (await until('the choice', () => editor().picks.findLast(({ open }) => open))).escape();
  (await list(first + 2)).escape();
  await running;
}

function textOf(answer: { readonly content: readonly unknown[] } | null | undefined): string {
  return (answer?.content ?? []).map((part) => (part as { readonly value: string }).value).join('');
}

/** A line of Markdown without its code spans, in which nothing acts; what they hold is escaped, so that it is read as it is. */
function code(line: string): string {
  return line.replace(/(`+)( ?)(.*?)\2\1(?!`)/g, (_, _fence, _space, text: string) =>
    text.replace(/[!-/:-@[-`{-~]/g, (mark) => `\\${mark}`),
  );
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
}
