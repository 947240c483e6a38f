import assert from 'node:assert/strict';
import { mergedJobs } from '../../../src/core/ciFile/mergedJobs';
import { profileNames } from '../../gitlab/profiles/profiles';
import { reporterToken } from '../../gitlab/seed';
import { failureOf, unhurried } from '../support';
import { onEach, refusal, type Stage } from './staged';

const isBefore = (than: string) => {
  const end = profileNames.findIndex((name) => name === than);
  return profileNames.slice(0, end);
};
const since = (first: string) => profileNames.filter((name) => !isBefore(first).includes(name));

const broken = 'compile:\n  scirpt: make\nrspec:\n  script: rspec\n  rules:\n    - when: always\n';
const lint = ({ client, small }: Stage, content: string) =>
  client.ciFiles.lint(small.project.path, content, unhurried());
const merge = ({ client, small }: Stage, sha = small.sha) =>
  client.ciFiles.merged(small.project.path, sha, unhurried());

function wordsFor(stage: Stage): string {
  if (!stage.has('13.9')) return "jobs:compile script can't be blank";
  const keywords = stage.has('18.9') ? 'the script:, run:, or trigger: keyword' : 'a script: or a trigger: keyword';
  return `jobs compile config should implement ${keywords}`;
}

describe("GitLab's lint of a .gitlab-ci.yml", () => {
  onEach(
    'is not available before 8.12, and says so',
    async (stage) => assert.equal((await failureOf(lint(stage, broken))).kind, 'unsupported'),
    isBefore('8.13'),
  );

  onEach(
    "reports errors in the version's words",
    async (stage) => {
      const { isValid, errors, warnings } = await lint(stage, broken);
      assert.deepEqual([isValid, errors], [false, [wordsFor(stage)]]);
      assert.equal(warnings.length, stage.has('13.9') ? 1 : 0);
      assert.equal(stage.posts.at(-1)?.endsWith(stage.has('13.9') ? '/projects/1/ci/lint' : '/ci/lint'), true);
    },
    since('8.13'),
  );

  onEach(
    'finds nothing wrong in a valid file',
    async (stage) =>
      assert.deepEqual(await lint(stage, 'a:\n  script: b\n'), { isValid: true, errors: [], warnings: [] }),
    since('8.13'),
  );

  onEach(
    'reads included files from the default branch',
    async (stage) => {
      const { fake, small } = stage;
      const content = 'include: ci/a.yml\nb:\n  script: b\n  needs: [a]\n';
      assert.deepEqual((await lint(stage, content)).errors, ['Local file `ci/a.yml` does not exist!']);
      fake.world.commitFiles(small.project, small.sha, { 'ci/a.yml': 'a:\n  script: a\n' });
      assert.deepEqual((await lint(stage, content)).errors, []);
    },
    since('13.9'),
  );

  onEach(
    'is refused for a read-only token, with the required scope, and for a role without permission',
    async (stage) => {
      stage.fake.world.addToken({ token: 'reading', user: 'dana', scopes: ['read_api'] });
      const { project } = stage.small;
      const reading = stage.as('reading');
      const failure = await failureOf(reading.ciFiles.lint(project.path, broken, unhurried()));
      assert.deepEqual([failure.kind, failure.reason], ['insufficientScope', 'api']);
      assert.equal(reading.readOnly, true);
      const asked = stage.as(reporterToken).ciFiles.lint(project.path, broken, unhurried());
      assert.deepEqual(await refusal(asked), ['forbidden', 403, '403 Forbidden']);
    },
    since('13.9'),
  );

  onEach(
    'returns a limited number of messages, however many GitLab sends',
    async (stage) => {
      const errors = Array.from({ length: 5000 }, (_, index) => `jobs:a${index} \u0000x\ny`);
      stage.fake.world.toldByLint = { errors, warnings: ['same', 'same'] };
      const told = await lint(stage, broken);
      assert.deepEqual([told.errors.length, told.errors[0], told.warnings], [100, 'jobs:a0  x y', ['same']]);
    },
    ['18.9'],
  );
});

describe('The merged configuration of a commit', () => {
  const text = 'include:\n  - component: git.example.com/a/b@1\n  - local: /ci/a.yml\nown:\n  script: a\n';
  const prepare = ({ fake: { world }, small: { project, sha, olderSha } }: Stage): void => {
    world.publishInclude('git.example.com/a/b@1', 'far job:\n  script: b\n');
    const files = { '.gitlab-ci.yml': text, 'ci/a.yml': 'near:\n  script: c\n' };
    world.commitFiles(project, sha, files);
    world.commitFiles(project, olderSha, { ...files, '.gitlab-ci.yml': 'older:\n  script: a\n' });
  };

  onEach(
    'is not available before 13.6, and says so',
    async (stage) => assert.equal((await failureOf(merge(stage))).kind, 'unsupported'),
    isBefore('13.9').filter((name) => name !== '8.4'),
  );

  onEach(
    'contains the jobs of all files, with the same names as their builds',
    async (stage) => {
      prepare(stage);
      const merged = await merge(stage);
      assert.equal(merged.isValid, true);
      const jobs = await mergedJobs(merged.text ?? '');
      assert.deepEqual(jobs.map(({ name }) => name).sort(), ['far job', 'near', 'own']);
      const older = await mergedJobs((await merge(stage, stage.small.olderSha)).text ?? '');
      assert.deepEqual(
        older.map(({ name }) => name),
        ['older'],
      );
    },
    since('13.9'),
  );

  onEach(
    'only needs read access if GitLab merges a commit itself',
    async (stage) => {
      prepare(stage);
      const { small, fake } = stage;
      fake.world.addToken({ token: 'reading', user: 'dana', scopes: ['read_api'] });
      const asked = stage.as('reading').ciFiles.merged(small.project.path, small.sha, unhurried());
      if (stage.has('18.9')) assert.equal((await asked).isValid, true);
      else assert.equal((await failureOf(asked)).kind, 'insufficientScope');
    },
    since('13.9'),
  );

  onEach(
    'is reported as missing if the file or the commit is missing',
    async (stage) => {
      const { kind } = await failureOf(merge(stage, 'f'.repeat(40)));
      assert.equal(kind, 'notFound');
    },
    since('13.9'),
  );
});
