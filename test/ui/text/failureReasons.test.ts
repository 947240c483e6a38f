import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { buildDescription, buildAriaLabel } from '../../../src/ui/text/buildText';
import { failureReasonSentence, failureReasonWords, pipelineFailureWords } from '../../../src/ui/text/failureReasons';
import { aBuild, hostileTexts, sha } from '../samples';

const failed = (changes: Partial<Build>): Build => aBuild({ status: 'failed', ...changes });
/** In a row, and in a sentence. */
const wordsOf = (changes: Partial<Build>) => [
  failureReasonWords(failed(changes)),
  failureReasonSentence(failed(changes)),
];

describe('The reason why a build failed', () => {
  const script = { failureReason: 'script_failure' };
  for (const [changes, row, sentence] of [
    [script, undefined, 'Its script failed.'],
    [{ ...script, exitCode: 1 }, undefined, 'Its script failed with exit code 1.'],
    [{ ...script, exitCode: 2 }, 'exit code 2', 'Its script failed with exit code 2.'],
    [
      { ...script, exitCode: 137 },
      'exit code 137 · out of memory?',
      'Its script failed with exit code 137: it was probably out of memory.',
    ],
    [{ failureReason: 'job_execution_timeout' }, 'timed out', 'It ran longer than its timeout allows.'],
    [
      { failureReason: 'runner_system_failure', failureMessage: 'A failure of the system of the runner' },
      'runner died',
      'Its runner failed, not its script. Retry the build.',
    ],
    [
      { failureReason: 'no_matching_runner' },
      'no runner matches',
      'No runner matches it. Check its tags and the runners of the project.',
    ],
    [
      { failureReason: 'missing_dependency_failure' },
      'artifact missing',
      'An artifact of an earlier build is missing. Retry that build first.',
    ],
    [{ failureReason: 'ci_quota_exceeded' }, 'quota used up', 'The compute minutes of the namespace are used up.'],
    [{ failureReason: 'moon_in_the_way' }, 'moon in the way', 'GitLab gives the reason "moon in the way".'],
    [{ failureMessage: 'The moon was in the way.' }, 'The moon was in the way.', 'The moon was in the way.'],
    [{ failureReason: 'constructor' }, 'constructor', 'GitLab gives the reason "constructor".'],
    [{}, undefined, undefined],
    [{ kind: 'bridge', failureReason: 'unknown_failure' }, undefined, undefined],
    [{ failureReason: 'timed_out', status: 'running' }, undefined, undefined],
  ] as const)
    it(`is ${String(row)}, and ${String(sentence)}, for ${JSON.stringify(changes)}`, () =>
      assert.deepEqual(wordsOf(changes), [row, sentence]));

  it('is in the row and is read out', () => {
    const build = failed({ failureReason: 'job_execution_timeout' });
    assert.equal(buildDescription(build, 'master', 0), 'timed out');
    assert.equal(buildAriaLabel(build, 0), 'rspec, failed, stage test, timed out');
  });

  it('is short in the row, however long the sentence', () =>
    assert.ok((failureReasonWords(failed({ failureMessage: 'x'.repeat(5000) })) ?? '').length <= 60));

  for (const text of hostileTexts)
    it(`is one line of plain text for ${JSON.stringify(text)}`, () => {
      for (const words of [...wordsOf({ failureReason: text }), ...wordsOf({ failureMessage: text })])
        assert.doesNotMatch(words ?? '', /\]\(|[\n\r\u2028\p{Cc}]/u);
    });
});

describe('A stuck build', () => {
  it('says so, and for which tags there is no runner', () => {
    const stuck = aBuild({ status: 'pending', stuck: true });
    assert.equal(buildDescription(stuck, 'master', 0), 'stuck: no runner is online');
    assert.equal(
      buildDescription({ ...stuck, tags: ['arm64'] }, 'master', 0),
      'stuck: no runner tagged arm64 is online',
    );
  });
});

describe('The reason why a pipeline failed without builds', () => {
  const pipeline = { id: 1, ref: 'master', sha, status: 'failed' };
  for (const [what, changes, words] of [
    [
      'the error in its configuration',
      { yamlErrors: 'jobs:x is\nodd', failureReason: 'config_error' },
      'jobs:x is odd',
    ],
    ["GitLab's sentence", { failureReason: 'The activity limit was exceeded.' }, 'The activity limit was exceeded.'],
    ["GitLab's reason code as words", { failureReason: 'user_not_verified' }, 'user not verified'],
    ["empty if GitLab doesn't give one", {}, undefined],
    ['empty if it did not fail', { status: 'success', yamlErrors: 'x' }, undefined],
  ] as const)
    it(`is ${what}`, () => assert.equal(pipelineFailureWords({ ...pipeline, ...changes }), words));
});
