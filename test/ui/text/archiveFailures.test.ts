import assert from 'node:assert/strict';
import { window } from 'vscode';
import { ArchiveError, type ArchiveFailureKind } from '../../../src/core/artifacts/archiveErrors';
import type { LeftOutKind } from '../../../src/core/artifacts/extract/leftOut';
import { leftOutSentence } from '../../../src/ui/text/archiveFailures';
import { Report, sentenceFor } from '../../../src/ui/report';
import manifest from '../../../package.json';
import { editor } from '../fake/editor';
import { until } from '../fake/until';
import { hostileTexts } from '../samples';

const detail = { path: 'bin/app', other: 'bin/App', count: 7_000_000, limit: 5_000_000 };

/** What each says first; written as a record, so that the compiler asks for a new kind here too. */
const sentences: Readonly<Record<ArchiveFailureKind, RegExp>> = {
  parent: /^"bin\/app" leads out of the folder that it would be unpacked into \(\.\.\)\./,
  absolute: /^"bin\/app" names a place of its own on the disk\./,
  drive: /^"bin\/app" names a drive\./,
  network: /^"bin\/app" names a folder of another computer\./,
  backslash: /^"bin\/app" has a backslash/,
  controlCharacter: /^"bin\/app" has a character in its name that cannot be seen\./,
  noName: /^An entry has no name\./,
  reservedName: /^"bin\/app" is called as Windows calls a device\./,
  trailingDot: /^A name in "bin\/app" ends with a dot or a space/,
  colon: /^"bin\/app" has a colon/,
  forbiddenCharacter: /^"bin\/app" has a character that no name on Windows may have\./,
  longName: /^The name of "bin\/app" is too long: 5.000.000 bytes are the most\./,
  longPath: /^The path "bin\/app" is too long: 5.000.000 bytes are the most\./,
  gitFolder: /^"bin\/app" would change how git works here/,
  symlink: /^"bin\/app" is a symbolic link/,
  special: /^"bin\/app" is no file, but a device, a pipe or a socket\./,
  belowFile: /^"bin\/app" would lie in "bin\/App", which is a file\./,
  belowLink: /^"bin\/app" would lie behind the symbolic link "bin\/App"\./,
  duplicate: /^"bin\/app" is there twice\./,
  collision: /^"bin\/app" and "bin\/App" are the same name where/,
  fileAndFolder: /^"bin\/app" is there both as a file and as a folder\./,
  tooManyEntries: /^The archive has 7.000.000 entries, and 5.000.000 are allowed\./,
  tooBig: /^Unpacked, the archive has more than 5\.0 MB\./,
  ratio: /^"bin\/app" becomes more than 5.000.000 times as big when it is unpacked\./,
  overlap: /^"bin\/app" shares bytes with another entry, as only a trap does\./,
  listTooBig: /^The list of what is in the archive has 7\.0 MB, and 5\.0 MB are read at most\./,
  encrypted: /^"bin\/app" is encrypted\./,
  method: /^"bin\/app" is packed in a way that is not known here\./,
  damaged: /^"bin\/app" is damaged: its bytes/,
  truncated: /^"bin\/app" ends too early\./,
  header: /^"bin\/app" is damaged: its header/,
  directory: /^"bin\/app" is damaged: the list/,
  zip64: /^"bin\/app" is damaged: its sizes/,
  multiDisk: /^The archive is one part of several\./,
  empty: /^The archive has no bytes at all\./,
  notZip: /^The artifacts are no zip archive\./,
  changed: /^The artifacts are other ones by now\./,
  missing: /^"bin\/app" is not in the archive\./,
};
const kinds = Object.keys(sentences) as ArchiveFailureKind[];

describe('The sentence for an archive', () => {
  for (const kind of kinds)
    it(`of the kind ${kind} says what is the matter and what to do`, () => {
      const sentence = sentenceFor(new ArchiveError(kind, detail));
      assert.match(sentence, sentences[kind]);
      assert.match(sentence, /\. (Nothing of it was written; .+|Refresh, and try again)\.$/);
    });

  it('is another for each kind', () => {
    const all = kinds.map((kind) => sentenceFor(new ArchiveError(kind, detail)));
    assert.equal(new Set(all).size, kinds.length);
  });

  it('has no gap where the entry or the numbers are not known', () => {
    for (const kind of kinds)
      assert.doesNotMatch(sentenceFor(new ArchiveError(kind)), /undefined|NaN|""|\{|\s[.:,]|\s{2}/, kind);
  });

  it('is one line without links, whatever the entry is called', () => {
    for (const kind of kinds)
      for (const text of hostileTexts)
        assert.doesNotMatch(sentenceFor(new ArchiveError(kind, { path: text, other: text })), /\]\(|[\n\r\u2028]/);
  });

  it('says what was left out, by what it is', () => {
    const of = (...found: readonly LeftOutKind[]) => leftOutSentence(found.map((kind) => ({ kind, path: 'a' })));
    assert.equal(of(), undefined);
    assert.equal(of('symlink'), '1 entry left out: 1 link.');
    assert.equal(of('symlink', 'gitFolder', 'symlink'), '3 entries left out: 2 links, 1 .git.');
    assert.equal(
      of('longName', 'special', 'collision', 'colon', 'backslash', 'method'),
      "6 entries left out: 2 with names that this disk can't hold, 1 device or pipe, " +
        "1 with a name that this disk can't tell from another, 1 with an unsafe name, 1 with an unknown compression.",
    );
  });

  for (const [kind, setting] of [
    ['tooManyEntries', 'gitlabBuilds.artifacts.maxEntries'],
    ['tooBig', 'gitlabBuilds.artifacts.maxUnpackedMegabytes'],
    ['ratio', 'gitlabBuilds.artifacts.maxRatio'],
  ] as const)
    it(`offers to raise the limit of ${kind}`, async () => {
      assert.ok(setting in manifest.contributes.configuration.properties, setting);
      const report = new Report(window.createOutputChannel('x', { log: true }));
      await report.guard('downloadArtifacts', () => Promise.reject(new ArchiveError(kind, detail)));
      assert.deepEqual(editor().messages[0]?.buttons, ['Open Settings']);
      editor().messages[0]?.press('Open Settings');
      const executed = await until('the settings', () => editor().executed[0]);
      assert.deepEqual(executed, { command: 'workbench.action.openSettings', args: [setting] });
    });

  it('has its kind and its entry in the log, without a stack', async () => {
    const report = new Report(window.createOutputChannel('x', { log: true }));
    await report.guard('downloadArtifacts', () => Promise.reject(new ArchiveError('symlink', { path: 'a/b' })));
    assert.deepEqual(editor().log, [{ level: 'warn', text: 'downloadArtifacts: symlink a/b' }]);
    assert.deepEqual(editor().messages[0]?.buttons, ['Show Log']);
  });
});
