import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { projectRoot } from './project';

interface Job {
  readonly variables?: { readonly SUITES?: string };
  readonly parallel?: { readonly matrix?: readonly { readonly SUITES?: readonly string[] }[] };
  readonly script?: readonly string[];
}

const text = readFileSync(join(projectRoot, '.gitlab-ci.yml'), 'utf8');
const pipeline = parse(text) as Readonly<Record<string, Job>>;

/** GitLab's schema of `.gitlab-ci.yml`, as the npm package gitlab-ci-local carries it. */
async function gitlabSchema(): Promise<ValidateFunction> {
  const main = createRequire(import.meta.url).resolve('gitlab-ci-local/package.json');
  const file = pathToFileURL(join(dirname(main), 'src', 'schema', 'schema.js')).href;
  const { schema } = (await import(file)) as { schema: object };
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
}

describe('.gitlab-ci.yml', () => {
  it("is valid according to GitLab's schema", async () => {
    const isValid = await gitlabSchema();
    assert.ok(isValid(pipeline), JSON.stringify(isValid.errors, undefined, 2));
  });

  it('is invalid with a job that GitLab refuses', async () => {
    const isValid = await gitlabSchema();
    assert.equal(isValid({ ...pipeline, broken: { script: 'true', retry: { max: 9 } } }), false);
  });

  it('runs each test suite, and what .ci/run also runs', () => {
    const suites = Object.values(pipeline).flatMap(({ variables, parallel }) => [
      ...(variables?.SUITES?.split(',') ?? []),
      ...(parallel?.matrix?.flatMap(({ SUITES = [] }) => SUITES) ?? []),
    ]);
    for (const suite of ['core', 'ui', 'gitlab', 'vscode', 'integration-newest', 'wire', 'e2e'])
      assert.ok(suites.includes(suite), `${suite} is not run`);
    const commands = Object.values(pipeline).flatMap(({ script = [] }) => script);
    for (const command of [
      'npm run typecheck',
      'npm run lint',
      'npm run l10n',
      'npm run test:oldest',
      'npm run package',
    ])
      assert.ok(commands.includes(command), `${command} is not run`);
  });
});
