import assert from 'node:assert/strict';
import { readCiKeys } from '../../../src/core/ciFile/ciKeys';
import { placeOf, type LintedFile } from '../../../src/core/ciFile/lintPlace';

const root = `include:
  - local: /ci/part.yml
  - project: group/templates
    file: deploy.yml
  - component: git.example.com/group/lint@1.0
stages: [build, test]
variables: { DEBUG: [1] }
compile:
  stage: biuld
  script: 42
  rules:
    - if: $CI
    - when: always
'test: unit':
  needs: [compile, nothing at all]
"test:e2e":
  environment: { name: a, on_stop: stop }
  scirpt: a
  artifacts:
    paths: 3
'deploy':
  extends: .missing
  dependencies: [compile]
  script:
    - !reference [compile, setup]
`;
const part = `# comment
lint:
  scirpt: a
`;

async function filesOf(...files: readonly (readonly [path: string, text: string])[]): Promise<readonly LintedFile[]> {
  return Promise.all(files.map(async ([path, text]) => ({ path, keys: await readCiKeys(text) })));
}

const both = [
  ['.gitlab-ci.yml', root],
  ['ci/part.yml', part],
] as const;

/** `line:column` as editors count them, with the path of an included file before it. */
async function place(message: string, files = filesOf(...both)): Promise<string> {
  const { path, line, character, isElsewhere } = placeOf(message, await files);
  return `${path === '.gitlab-ci.yml' ? '' : `${path} `}${line + 1}:${character + 1}${isElsewhere ? ' elsewhere' : ''}`;
}

describe('The location of a GitLab lint message', () => {
  const cases: readonly (readonly [message: string, place: string])[] = [
    // YAML
    ['(<unknown>): did not find expected key while parsing a block mapping at line 2 column 1', '2:1'],
    ['(<unknown>): mapping values are not allowed in this context at line 14 column 11', '14:11'],
    ['(<unknown>): found character that cannot start any token while scanning for the next token at line 3', '3:1'],
    ['Invalid configuration format', '1:1'],
    ['Unknown alias: nothing', '1:1'],
    ['The parsed YAML is too big', '1:1'],
    // Jobs
    ["jobs:compile script can't be blank", '10:3'],
    ['jobs:compile:script config should be a string or a nested array of strings up to 10 levels deep', '10:3'],
    ['jobs:compile:rules:rule if invalid expression syntax', '12:7'],
    ['jobs:compile when should be one of: on_success, always', '8:1'],
    ['jobs:compile config key may not be used with `rules`: stage', '9:3'],
    ['jobs test: unit config should implement a script: or a trigger: keyword', '14:1'],
    ['jobs test: unit config should implement the script:, run:, or trigger: keyword', '14:1'],
    ['jobs:test:e2e config contains unknown keys: scirpt, tgas', '18:3'],
    ['jobs:test:e2e:artifacts:paths config should be an array of strings', '20:5'],
    ['jobs:test:e2e:artifacts config contains unknown keys: paths', '20:5'],
    ['jobs:lint config contains unknown keys: scirpt', 'ci/part.yml 3:3'],
    ['jobs config should contain at least one visible job', '1:1'],
    ['jobs:far config contains unknown keys: a', '1:1 elsewhere'],
    ['compile job: chosen stage biuld does not exist; available stages are .pre, build, test, .post', '9:10'],
    ['compile job: chosen stage does not exist; available stages are .pre, build, test, .post', '9:3'],
    ['compile job: stage parameter should be build, test', '9:3'],
    ['test: unit job: undefined need: nothing at all', '15:20'],
    ['test: unit job: need compile is not defined in current or prior stages', '15:11'],
    ['deploy job: undefined dependency: compile', '23:18'],
    ['deploy: unknown keys in `extends` (.missing)', '22:3'],
    ['test:e2e job: on_stop job stop is not defined', '17:27'],
    ["'deploy' job needs 'build' job, but 'build' is not in any previous stage", '21:1'],
    ['`deploy` job: undefined need: build', '21:1'],
    ['far job: undefined need: compile', '1:1 elsewhere'],
    // Warnings
    [
      'jobs:compile may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - read more: https://docs.gitlab.com/ci/debugging/',
      '13:7',
    ],
    // Other keys
    ['root config contains unknown keys: variables', '7:1'],
    ['variables config should be a hash of key value pairs', '7:1'],
    ['stages config should be an array of strings', '6:1'],
    ['variables:DEBUG config must be a scalar', '7:14'],
    // Included files
    ['Local file `/ci/part.yml` does not exist!', '2:12'],
    ['Local file `ci/part.yml` is empty!', 'ci/part.yml 1:1'],
    ['Included file `/ci/part.yml` does not have valid YAML syntax!', 'ci/part.yml 1:1'],
    ['Included file `deploy.yml` does not have valid YAML syntax!', '4:11'],
    ['`ci/part.yml`: (<unknown>): did not find expected key at line 2 column 3', 'ci/part.yml 2:3'],
    ['`ci/part.yml`: Invalid configuration format', 'ci/part.yml 1:1'],
    ['`deploy.yml`: (<unknown>): did not find expected key at line 2 column 3', '4:11'],
    ['Project `group/templates` not found or access denied! Make sure any includes are correctly defined.', '3:14'],
    ["Component 'git.example.com/group/lint@1.0' - content not found", '5:16'],
    ['Maximum of 150 nested includes are allowed!', '1:1'],
    ['!reference ["compile", "setup"] could not be found', '25:28'],
    // Hostile and unknown
    ['', '1:1'],
    ['at line 99999999999999999999 column -4', '26:1'],
    ['line x column y `', '1:1'],
    ["''''``\"", '1:1'],
    ['something that no version says', '1:1'],
  ];
  for (const [message, expected] of cases)
    it(`is ${expected}: ${message.slice(0, 80)}`, async () => assert.equal(await place(message), expected));

  it('counts lines from below the header', async () => {
    const text = 'spec:\n  inputs:\n    a:\n---\n\n# comment\njob:\n  script: a\n';
    const files = filesOf(['.gitlab-ci.yml', text]);
    assert.equal(await place('(<unknown>): did not find expected key at line 3 column 2', files), '8:2');
    assert.equal(await place("jobs:job script can't be blank", files), '8:3');
  });

  it('is the first line for a file without such a job, and for an unknown included file', async () =>
    assert.equal(await place('jobs:far config should', filesOf(['.gitlab-ci.yml', part])), '1:1'));

  it('is found in JSON', async () =>
    assert.equal(await place('jobs:a:script config', filesOf(['.gitlab-ci.yml', '{"a": {\n "script": 1}}'])), '2:2'));

  for (const hostile of ['jobs:', '`', "'", 'a: ', 'jobs:a:', 'line 1 ', 'x job: '])
    it(`is found quickly in a hostile message: ${hostile}`, async () =>
      assert.match(await place(hostile.repeat(20_000)), /^1:1/));

  for (const hostile of ['[', 'a: ', '- ', '{', '? ', 'a:\n '])
    it(`is found quickly in a hostile file: ${JSON.stringify(hostile)}`, async () =>
      assert.match(await place('jobs:a:b:c `a` "b"', filesOf(['.gitlab-ci.yml', hostile.repeat(20_000)])), /^\d+:\d+/));
});
