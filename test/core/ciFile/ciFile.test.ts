import assert from 'node:assert/strict';
import { longestCiFile, readCiFile } from '../../../src/core/ciFile/ciFile';

const jobsIn = async (text: string) => (await readCiFile(text)).jobs.map(({ name, line }) => `${line} ${name}`);
const includesIn = async (text: string) => (await readCiFile(text)).includes;

describe('The jobs of a CI file', () => {
  it('are its mappings, without keywords and hidden jobs', async () => {
    const text = `# comment
default:
  image: ruby
stages: [build, test]
variables: { A: b }
workflow:
  rules:
    - if: $CI
include: ci/a.yml
image: ruby
services: []
cache:
  paths: [a]
before_script:
  - a
after_script: [b]

.hidden: &template
  script: a
".quoted hidden":
  script: a
compile:
  <<: *template
  extends: .hidden
"test: unit":
  parallel: 3
  script:
    - !reference [.hidden, script]
    - "echo deploy:"
'it''s':
  parallel:
    matrix:
      - A: [1, 2]
  script: |
    not a job:
      script: x
pages:
  script: a
12:
  script: a
on:
  script: a
flow: { script: a }
alias: *template
referenced: !reference [.hidden]
? explicit
: script: a
no job: text
list: [a]
empty:
`;
    assert.deepEqual(await jobsIn(text), [
      '21 compile',
      '24 test: unit',
      "29 it's",
      '36 pages',
      '38 12',
      '40 on',
      '42 flow',
      '43 alias',
      '44 referenced',
      '45 explicit',
    ]);
  });

  it('are found after a header', async () =>
    assert.deepEqual(await jobsIn('spec:\n  inputs:\n    a:\n---\n\njob:\n  script: a\n'), ['5 job']));

  it('are those of the first document without a header', async () =>
    assert.deepEqual(await jobsIn('---\na:\n  script: a\n---\nb:\n  script: b\n'), ['1 a']));

  it('are found in JSON, with Windows line endings, and after a byte order mark', async () => {
    assert.deepEqual(await jobsIn('{\n "a": { "script": "x" },\n "image": "b",\n "c": {}\n}'), ['1 a', '3 c']);
    assert.deepEqual(await jobsIn('image: a\r\njob:\r\n  script: a\r\nb: {}\r\n'), ['1 job', '3 b']);
    assert.deepEqual(await jobsIn('\ufeffjob:\n  script: a\n'), ['0 job']);
  });

  it('are found while something else is being typed', async () => {
    assert.deepEqual(await jobsIn('a:\n  script: "x\nb:\n  script: y\n'), ['0 a']);
    assert.deepEqual(await jobsIn('a:\n  script: x\nb\nc:\n  script: y\n'), ['0 a', '3 c']);
    assert.deepEqual(await jobsIn('a:\n  script: [x\nb:\n  script: y\n'), ['0 a', '2 b']);
  });

  for (const text of ['', '\n', '- a\n- b\n', 'text', '[a: {}]', '*a', '%', '\u0000', '{', 'a: &a *a\n<<: *b\n'])
    it(`are none, or harmless: ${JSON.stringify(text)}`, async () => assert.ok((await jobsIn(text)).length <= 1));

  it('are none in a file that is too long', async () =>
    assert.deepEqual(await jobsIn(`a:\n  script: a\n${'#'.repeat(longestCiFile)}`), []));

  for (const hostile of ['[', '{', '- ', 'a: ', '? ', '&a ', '"a" ', '*a : ', '!a ', '---\n'])
    it(`are read despite deep nesting: ${JSON.stringify(hostile)}`, async () => {
      const { jobs } = await readCiFile(`a:\n  script: a\ninclude: ${hostile.repeat(20_000)}`);
      assert.ok(jobs.length <= 1);
    });
});

describe('The local files that a CI file includes', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['include: ci/a.yml', ['ci/a.yml']],
    ['include: /ci/a.yml', ['ci/a.yml']],
    ['include: ./ci//a.yml', ['ci/a.yml']],
    ["include: 'https://example.com/a.yml'", []],
    ['include:\n  - a.yml\n  - https://example.com/a.yml\n  - /b.yml', ['a.yml', 'b.yml']],
    ['include:\n- local: a.yml\n- local: "ci/*.yml"\n  rules:\n    - if: $A', ['a.yml', 'ci/*.yml']],
    ['include: { local: a.yml }', ['a.yml']],
    ['include: [a.yml, { local: b.yml }]\njob: {}', ['a.yml', 'b.yml']],
    ['{ "include": ["a.yml"], "job": {} }', ['a.yml']],
    [
      'include:\n  - project: g/p\n    file: a.yml\n  - template: A.yml\n  - component: a/b@1\n  - remote: https://a/b',
      [],
    ],
    ['include:\n  - local: $DIR/a.yml\n  - local: ../a.yml\n  - local: ""\n  - local: [a]\n  - [[b]]', []],
    ['spec: {}\n---\ninclude: a.yml', ['a.yml']],
    ['child:\n  trigger:\n    include: child.yml\n    strategy: depend\nb: {}', ['child.yml']],
    ['child:\n  trigger:\n    include:\n      - local: child.yml\n      - artifact: x\n        job: y', ['child.yml']],
    ['child: { trigger: { include: child.yml } }', ['child.yml']],
    ['far:\n  trigger: group/project', []],
    ['include: a.yml\ninclude: a.yml', ['a.yml']],
  ];
  for (const [text, expected] of cases)
    it(`are ${expected.length}: ${JSON.stringify(text)}`, async () =>
      assert.deepEqual(await includesIn(text), expected));
});
