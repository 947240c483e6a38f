import assert from 'node:assert/strict';
import {
  isQualityName,
  largestQualityReport,
  maxFindings,
  readQualityReport,
} from '../../../../src/core/artifacts/tests/codeQuality';

const read = (value: unknown) => readQualityReport(Buffer.from(JSON.stringify(value)));
const one = (more: object = {}) => ({
  description: 'Unused variable',
  check_name: 'no-unused-vars',
  fingerprint: 'abc',
  severity: 'major',
  location: { path: 'src/a.js', lines: { begin: 3 } },
  ...more,
});

describe('Code quality reports', () => {
  it('are recognized by their names', () => {
    const reports = [
      'gl-code-quality-report.json',
      'out/codequality.json',
      'a/Code_Quality.JSON',
      'gl-codeclimate.json',
    ];
    assert.deepEqual(reports.filter(isQualityName), reports);
    const others = ['code-quality.html', 'quality.json', 'codequality/report.json', 'package.json'];
    assert.deepEqual(others.filter(isQualityName), []);
  });

  it('have message, rule and location', async () => {
    assert.deepEqual(await read([one()]), {
      isCut: false,
      findings: [
        { path: 'src/a.js', line: 3, severity: 'warning', message: 'Unused variable', check: 'no-unused-vars' },
      ],
    });
  });

  it('have locations in either format', async () => {
    const positions = { path: 'a', positions: { begin: { line: 4, column: 7 }, end: { line: 4 } } };
    const lines = { path: 'a', lines: { begin: { line: 5, column: 2 } } };
    const places = (await read([one({ location: positions }), one({ location: lines })]))?.findings;
    assert.deepEqual(
      places?.map(({ line, column }) => [line, column]),
      [
        [4, 7],
        [5, 2],
      ],
    );
  });

  it('map their severities', async () => {
    const words = ['info', 'minor', 'major', 'critical', 'blocker', 'odd', undefined];
    const report = await read(words.map((severity) => one({ severity })));
    const severities = report?.findings.map(({ severity }) => severity);
    assert.deepEqual(severities, ['note', 'warning', 'warning', 'error', 'error', 'warning', 'warning']);
  });

  it('skip entries without a message or location, and give no list for other content', async () => {
    const odd = [
      null,
      1,
      [],
      {},
      { ...one(), description: ' ' },
      one({ location: { path: 'a', lines: { begin: 0 } } }),
    ];
    assert.equal((await read([...odd, one()]))?.findings.length, 1);
    assert.equal(await read(odd), undefined);
    assert.deepEqual(await read([]), { findings: [], isCut: false });
    for (const other of [{}, null, 'text', 3]) assert.equal(await read(other), undefined);
    assert.equal(await readQualityReport(Buffer.from('[{')), undefined);
  });

  it('take no fields from prototypes', async () => {
    assert.equal(await readQualityReport(Buffer.from('[{"__proto__":{"description":"x","location":{}}}]')), undefined);
  });

  it('are limited in bytes, findings and text length', async () => {
    assert.equal(await readQualityReport(Buffer.alloc(largestQualityReport + 1, ' ')), undefined);
    const many = await read(Array.from({ length: maxFindings + 1 }, () => one()));
    assert.deepEqual([many?.findings.length, many?.isCut], [maxFindings, true]);
    const long = await read([one({ description: 'x'.repeat(10_000) })]);
    assert.equal(long?.findings[0]?.message.length, 2000);
  });
});
