import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CoveredFile } from '../../../../src/core/artifacts/tests/coverage';
import { candidatesOf, isCoverageName, readCoverage } from '../../../../src/core/artifacts/tests/coverageFiles';

const source = 'src/sum.js';

/** `node --test --experimental-test-coverage --test-reporter=lcov` of Node.js 20.20.2. */
const lcov = `TN:
SF:src/sum.js
FN:1,sum
FN:8,unused
FNDA:1,sum
FNDA:0,unused
FNF:2
FNH:1
BRDA:1,0,0,1
BRDA:1,1,0,1
BRDA:2,2,0,0
BRF:3
BRH:2
DA:1,1
DA:2,1
DA:3,0
DA:4,0
DA:5,1
DA:6,1
DA:7,1
DA:8,1
DA:9,0
DA:10,0
LH:6
LF:10
end_of_record
`;

/** c8 10 with the reporter cobertura; the folder of the runner put in place of ours. */
const cobertura = `<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage lines-valid="10" lines-covered="6" line-rate="0.6" branches-valid="3" branches-covered="2" branch-rate="0.6666" timestamp="1796042714512" complexity="0" version="0.1">
  <sources>
    <source>/builds/group/project</source>
  </sources>
  <packages>
    <package name="main" line-rate="0.6" branch-rate="0.6666">
      <classes>
        <class name="sum.js" filename="src/sum.js" line-rate="0.6" branch-rate="0.6666">
          <methods>
            <method name="sum" hits="1" signature="()V">
              <lines>
                <line number="1" hits="1"/>
              </lines>
            </method>
            <method name="unused" hits="0" signature="()V">
              <lines>
                <line number="8" hits="0"/>
              </lines>
            </method>
          </methods>
          <lines>
            <line number="1" hits="1" branch="true" condition-coverage="100% (2/2)"/>
            <line number="2" hits="1" branch="true" condition-coverage="0% (0/1)"/>
            <line number="3" hits="0" branch="false"/>
            <line number="4" hits="0" branch="false"/>
            <line number="5" hits="1" branch="false"/>
            <line number="6" hits="1" branch="false"/>
            <line number="7" hits="1" branch="false"/>
            <line number="8" hits="1" branch="false"/>
            <line number="9" hits="0" branch="false"/>
            <line number="10" hits="0" branch="false"/>
          </lines>
        </class>
      </classes>
    </package>
  </packages>
</coverage>
`;

/** Written by hand after JaCoCo's document type, report 1.1. */
const jacoco = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="app">
  <sessioninfo id="runner-1" start="1" dump="2"/>
  <package name="org/example">
    <class name="org/example/Math" sourcefilename="Math.java">
      <method name="add" desc="(II)I" line="5"><counter type="LINE" missed="0" covered="1"/></method>
    </class>
    <sourcefile name="Math.java">
      <line nr="5" mi="0" ci="4" mb="1" cb="1"/>
      <line nr="9" mi="2" ci="0" mb="0" cb="0"/>
      <counter type="LINE" missed="1" covered="1"/>
    </sourcefile>
  </package>
</report>
`;

async function read(path: string, text: string): Promise<readonly CoveredFile[]> {
  return (await readCoverage(path, Buffer.from(text))) ?? assert.fail('no report');
}

const missed = ({ lines }: CoveredFile) => [...lines].filter(([, hits]) => hits === 0).map(([line]) => line);

describe('A coverage report', () => {
  for (const [path, text] of Object.entries({ 'lcov.info': lcov, 'cobertura-coverage.xml': cobertura }))
    it(`such as ${path} contains executions and branches by line`, async () => {
      const [file, ...others] = await read(path, text);
      assert.ok(file);
      assert.deepEqual([file.paths.at(-1), others.length], [source, 0]);
      assert.deepEqual([file.lines.size, missed(file)], [10, [3, 4, 9, 10]]);
      assert.deepEqual(
        [...file.branches],
        [
          [1, { covered: 2, total: 2 }],
          [2, { covered: 0, total: 1 }],
        ],
      );
    });

  it('in Cobertura format names its sources before the bare path', async () => {
    const [file] = await read('a.xml', cobertura);
    assert.deepEqual(file?.paths, ['/builds/group/project/src/sum.js', source]);
  });

  it('in JaCoCo format names files by package, which are below the sources of their module', async () => {
    const [file] = await read('app/target/site/jacoco/jacoco.xml', jacoco);
    assert.ok(file);
    assert.deepEqual(
      [...file.lines],
      [
        [5, 1],
        [9, 0],
      ],
    );
    assert.deepEqual([...file.branches], [[5, { covered: 1, total: 2 }]]);
    const candidates = candidatesOf(file, 'app/target/site/jacoco/jacoco.xml');
    assert.ok(candidates.includes('app/src/main/java/org/example/Math.java'));
    assert.ok(
      candidates.indexOf('app/src/main/java/org/example/Math.java') < candidates.indexOf('org/example/Math.java'),
    );
  });

  it('is recognized by its name', () => {
    for (const path of [
      'lcov.info',
      'coverage/web.lcov',
      'a/cobertura-coverage.xml',
      'target/jacoco.xml',
      'Coverage.XML',
    ])
      assert.ok(isCoverageName(path), path);
    for (const path of ['junit.xml', 'coverage/index.html', 'lcov.txt', 'coverage.json', 'jacoco/report.css'])
      assert.equal(isCoverageName(path), false, path);
  });

  it('that is another kind, empty or broken has no content, or what came before the error', async () => {
    for (const [path, text] of [
      ['a.xml', '<testsuite/>'],
      ['a.xml', ''],
      ['lcov.info', ''],
      ['lcov.info', 'DA:1,1\n'],
    ] as const)
      assert.equal(await readCoverage(path, Buffer.from(text)), undefined);
    const cut = await read('a.xml', cobertura.slice(0, cobertura.indexOf('<line number="5"')));
    assert.deepEqual([cut[0]?.lines.size], [4]);
    const odd = await read(
      'lcov.info',
      'SF:a\nDA:x,1\nDA:-1,2\nDA:2,1e400\nDA:3\nBRDA:1\nDA:7,2,checksum\nend_of_record\n',
    );
    assert.deepEqual([...(odd[0]?.lines ?? [])], [[7, 2]]);
  });

  it('cannot have entities expanded', async () => {
    const bomb = cobertura.replace('.dtd">', '.dtd" [<!ENTITY a "b">]>').replace('src/sum.js', '&a;');
    const files = await readCoverage('a.xml', Buffer.from(bomb));
    assert.ok(!JSON.stringify(files ?? []).includes('"b"'));
  });

  it('with any characters never throws', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom('a.xml', 'lcov.info'), fc.string(), async (path, text) => {
        const at = Math.floor(cobertura.length / 2);
        for (const whole of [text, cobertura.slice(0, at) + text + cobertura.slice(at)])
          await readCoverage(path, Buffer.from(whole));
      }),
    ));
});
