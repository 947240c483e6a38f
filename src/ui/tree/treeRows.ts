import type { Uri } from 'vscode';
import type { ArchiveEntry } from '../../core/artifacts/archive/archive';
import type { ArchiveFolder } from '../../core/artifacts/archive/archiveTree';
import type { FailedTest, QuietTest } from '../../core/artifacts/tests/testReport';
import type { Build, Report } from '../../core/model/build';
import type { TreeNode } from '../../core/model/tree';
import type { RepositoryView } from '../session/repositoryView';

/** The row of a repository, where several are open. */
export interface RepositoryNode {
  readonly kind: 'repository';
  readonly id: string;
  readonly repository: RepositoryView;
  readonly children: readonly TreeNode[];
}

/** Those that are drawn with every change; what is below artifacts comes when it is asked for. */
export type DrawnNode = RepositoryNode | TreeNode;

export type RowNode = DrawnNode | ArtifactRowNode;

/** A row as VS Code knows it: the object stays the same for as long as the row is there, what it shows is replaced. */
export interface Row {
  readonly root: string;
  readonly node: RowNode;
}

/** What the rows below a build's artifacts have in common. They are made when the row above is opened. */
interface BelowArtifacts {
  readonly id: string;
  /** Whose artifacts they are. */
  readonly build: Build;
}

export interface ArtifactFolderNode extends BelowArtifacts {
  readonly kind: 'artifactFolder';
  readonly name: string;
  /** In the archive; as it has it. */
  readonly path: string;
  /** Bytes of all below it, unpacked. */
  readonly size: number;
  readonly folder: ArchiveFolder;
  readonly uri: Uri | undefined;
}

export interface ArtifactFileNode extends BelowArtifacts {
  readonly kind: 'artifactFile';
  /** In the archive; as it has it, which may be hostile. */
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly entry: ArchiveEntry;
  /** undefined: its path names something else, or nothing that can be opened. */
  readonly uri: Uri | undefined;
}

/** A file that GitLab keeps beside the archive, and gives out on its pages only. */
export interface ArtifactReportNode extends BelowArtifacts {
  readonly kind: 'artifactReport';
  readonly report: Report;
}

/** Why there are no rows, or no more of them. */
export type ArtifactNote =
  | { readonly kind: 'empty' }
  | { readonly kind: 'more' | 'moreTests'; readonly count: number }
  /** A click asks again for what is below the row `above`. */
  | { readonly kind: 'failed'; readonly sentence: string; readonly above: Row };

export interface ArtifactNoteNode extends BelowArtifacts {
  readonly kind: 'artifactNote';
  readonly note: ArtifactNote;
}

/** What reports say of the tests. */
export interface TestsNode extends BelowArtifacts {
  readonly kind: 'tests';
  readonly state: 'reading' | 'read' | 'failed';
  /** Once they are read. */
  readonly results: TestResults | undefined;
}

export interface TestNode extends BelowArtifacts {
  readonly kind: 'test';
  readonly test: FailedTest;
  /** Path of the report in the archive; undefined: GitLab has told the test. */
  readonly report: string | undefined;
  /** The file in the repository that it names, where there is one; else the report. */
  readonly uri: Uri | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

export type ArtifactRowNode =
  ArtifactFolderNode | ArtifactFileNode | ArtifactReportNode | ArtifactNoteNode | TestsNode | TestNode;

/** The tests of one build. */
export interface TestResults {
  readonly tests: number;
  readonly skipped: number;
  readonly failures: number;
  /** May be fewer than there are failures. */
  readonly failed: readonly FoundTest[];
  /** The tests that didn't fail; may be fewer than there are. */
  readonly quiet: readonly QuietTest[];
  /** Some of it could not be read. */
  readonly damaged: boolean;
  /** Number of reports that were read, where there are more than are ever read. */
  readonly firstOf?: number | undefined;
  /** Number of tests that were read, where there are more than are ever read. */
  readonly firstTests?: number | undefined;
  /** The builds that `parallel` made of one entry share their tests: its name, and their ids. */
  readonly sharedBy?: { readonly name: string; readonly builds: readonly number[] } | undefined;
}

export interface FoundTest {
  readonly test: FailedTest;
  /** Path of the report in the archive; undefined: GitLab has told the test. */
  readonly report: string | undefined;
}
