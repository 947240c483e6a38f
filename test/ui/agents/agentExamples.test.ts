import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CancellationToken } from 'vscode';
import { livingProject, type LivingProject } from '../../gitlab/scenarios';
import { projectRoot } from '../../vscode/project';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { EventEmitter } from '../fake/basics';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import type { LanguageModelTextPart } from '../vscode';

const file = join(projectRoot, 'docs', 'agents.md');
const [begin, end] = ['<!-- Made by `npm run agents` -->\n', '<!-- End of what is made -->\n'] as const;
const second = 1_000;
const begun = Date.parse('2026-03-02T09:00:00Z');

interface Tool {
  readonly name: string;
  readonly input?: object;
  /** What happens while it runs. */
  readonly meanwhile?: () => Promise<void>;
}

interface Example {
  readonly prompt: string;
  readonly tools: readonly Tool[];
}

describe('docs/agents.md', () => {
  const apps = appsInTests();
  let now = begun;
  let project: LivingProject;

  const live = (seconds: number): void => {
    for (let left = seconds; left > 0; left--) {
      now += second;
      project.tick();
    }
  };

  const ready = async (): Promise<App> => {
    now = begun;
    const app = await apps.start({
      gitlab: { profile: '18.9', now: () => now },
      remote: (url) => `${url}/bakery/shop.git`,
      prepare: ({ gitlab: { world }, small: { sha } }) => {
        const options = { path: 'bakery/shop', ref: 'test-ci', defaultBranch: 'main', sha, failuresStay: true };
        project = livingProject(world, options);
        live(38);
      },
    });
    app.repository.moveHead({ name: 'test-ci', commit: project.sha });
    await app.shows('ready', ({ builds }) => builds.length > 5);
    await app.knowsAll();
    return app;
  };

  it("has four prompts with the tools' responses, as `npm run agents` writes it", async () => {
    const app = await ready();
    const parts: string[] = [];
    for (const { prompt, tools } of examples(app)) {
      parts.push(`### "${prompt}"`);
      for (const tool of tools) parts.push(await toldBy(tool, app));
    }
    const text = readFileSync(file, 'utf8');
    const [before = '', made, after] = [text.split(begin)[0], ...(text.split(begin)[1] ?? '').split(end)];
    assert.ok(made !== undefined && after !== undefined, 'its marks are missing');
    const wanted = `${before}${begin}\n${parts.join('\n\n')}\n\n${end}${after}`;
    if (process.env['npm_lifecycle_event'] === 'agents') writeFileSync(file, wanted);
    else assert.equal(text, wanted, 'It is stale: run `npm run agents`.');
  });

  function examples(app: App): readonly Example[] {
    const finish = async (): Promise<void> => {
      live(60);
      await app.api.refresh();
    };
    const agree = async (): Promise<void> =>
      (await until('the question', () => editor().messages.at(-1))).press('Retry');
    return [
      {
        prompt: 'Why is my pipeline red?',
        tools: [{ name: 'status' }, { name: 'failure' }],
      },
      {
        prompt: 'Is it the oven again? Search the log of integration for it.',
        tools: [{ name: 'log', input: { build: 'integration', search: 'oven' } }],
      },
      {
        prompt: 'That test is flaky. Retry it.',
        tools: [{ name: 'retry', input: { build: 'integration' }, meanwhile: agree }],
      },
      {
        prompt: 'Tell me when everything is done.',
        tools: [{ name: 'wait', input: { minutes: 30 }, meanwhile: finish }],
      },
    ];
  }

  /** The call of a tool and its answer, with names in place of this machine's address, folder and random boundary. */
  async function toldBy({ name, input = {}, meanwhile }: Tool, { gitlab, folder }: App): Promise<string> {
    const tool = editor().tools.get(`gitlab-builds_${name}`) ?? assert.fail(`no tool ${name}`);
    const token: CancellationToken = {
      isCancellationRequested: false,
      onCancellationRequested: new EventEmitter<never>().event,
    };
    const answering = tool.invoke({ input, toolInvocationToken: undefined }, token);
    await meanwhile?.();
    const content = ((await answering)?.content ?? []) as readonly LanguageModelTextPart[];
    const answer = content.map(({ value }) => value).join('');
    const [, boundary = ''] = answer.split('\n');
    const neutral = answer
      .replaceAll(boundary, 'data-5d1c0b7e9a3f2468')
      .replace(/asked \d+ s ago/, 'asked 4 s ago')
      .replaceAll(gitlab.url, 'https://gitlab.example.com')
      .replaceAll(new URL(gitlab.url).host, 'gitlab.example.com')
      .replaceAll(folder.path.split('/').at(-1) ?? '', 'shop');
    return `\`${name}\`${Object.keys(input).length === 0 ? '' : ` with \`${JSON.stringify(input)}\``} answers:\n\n\`\`\`\`\`text\n${neutral}\n\`\`\`\`\``;
  }
});
