import type { ArchiveEntry } from '../../core/artifacts/archive/archive';
import type { ArchiveFolder } from '../../core/artifacts/archive/archiveTree';
import type { FailedTest } from '../../core/artifacts/tests/testReport';
import type { TestResults } from '../../core/artifacts/tests/testResults';
import type { Build, Report } from '../../core/model/build';
import type { Failure } from '../../core/model/errors';
import type { History, JudgedCommit } from '../../core/model/history';
import type { TreeNode } from '../../core/model/tree';
import type { RepositoryView } from '../../core/session/repositoryView';

/** Row of a repository, if several are open, or if the user has to sign in. */
export interface RepositoryNode {
  readonly kind: 'repository';
  readonly id: string;
  readonly repository: RepositoryView;
  /** Whether it is the only one. */
  readonly isAlone: boolean;
  readonly children: readonly DrawnNode[];
}

/** Row above the earlier pipelines of the branch, which are loaded when it is opened. */
export interface EarlierPipelinesNode {
  readonly kind: 'earlierPipelines';
  readonly id: string;
  /** Branch or tag. */
  readonly ref: string;
  /** Whether pipelines of newer commits may be below it. */
  readonly isPinned: boolean;
  readonly children: readonly [];
}

/** Row that says why there are no pipelines, or no builds of an opened one. */
export interface PipelineNoticeNode {
  readonly kind: 'pipelineNotice';
  readonly id: string;
  /** Why they couldn't be loaded; undefined: there are none. */
  readonly failure: Failure | undefined;
  /** The bridge in another project that leads to the pipeline, if any. */
  readonly bridge: { readonly build: Build; readonly root: string } | undefined;
  readonly children: readonly [];
}

/** Row below a failed build that says since when it has been failing, once the user has asked. */
export interface HistoryNode {
  readonly kind: 'history';
  readonly id: string;
  readonly build: Build;
  readonly history: History;
  readonly children: readonly HistoryCommitNode[];
}

/** A commit in the history of a build. */
export interface HistoryCommitNode {
  readonly kind: 'historyCommit';
  readonly id: string;
  /** The failed build whose history it is. */
  readonly build: Build;
  readonly judged: JudgedCommit;
  /** `between`: a commit without a run, after the last on which the build passed and before the first on which it failed. */
  readonly role: 'firstFailed' | 'between' | 'lastPassed' | 'failed';
  readonly children: readonly [];
}

/** Row below a failed build that says that it is flaky: it passes and fails on the same commits. */
export interface FlakyNode {
  readonly kind: 'flaky';
  readonly id: string;
  readonly flaky: NonNullable<History['flaky']>;
  readonly children: readonly [];
}

export type HistoryRowNode = HistoryNode | HistoryCommitNode | FlakyNode;

/** Rows that are rendered with every change; those below artifacts are created on demand. */
export type DrawnNode = RepositoryNode | TreeNode | EarlierPipelinesNode | PipelineNoticeNode | HistoryRowNode;

const besidesTree: readonly DrawnNode['kind'][] = [
  'repository',
  'earlierPipelines',
  'pipelineNotice',
  'history',
  'historyCommit',
  'flaky',
];

export function isTreeNode(node: DrawnNode): node is TreeNode {
  return !besidesTree.includes(node.kind);
}

export type RowNode = DrawnNode | ArtifactRowNode;

/** A row as VS Code knows it: the object lives as long as the row, and its contents are replaced. */
export interface Row {
  readonly root: string;
  readonly node: RowNode;
}

/** What rows below artifacts have in common. They are created when their parent is expanded. */
interface BelowArtifacts {
  readonly id: string;
  /** Build that the artifacts belong to. */
  readonly build: Build;
}

export interface ArtifactFolderNode extends BelowArtifacts {
  readonly kind: 'artifactFolder';
  readonly name: string;
  /** Path in the archive, unchanged. */
  readonly path: string;
  /** Total uncompressed size in bytes. */
  readonly size: number;
  readonly folder: ArchiveFolder;
  readonly uri: string | undefined;
}

export interface ArtifactFileNode extends BelowArtifacts {
  readonly kind: 'artifactFile';
  /** Path in the archive, unchanged and untrusted. */
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly entry: ArchiveEntry;
  /** Undefined if the path is ambiguous or can't be opened. */
  readonly uri: string | undefined;
}

/** A report outside the archive, which GitLab only shows on its pages. */
export interface ArtifactReportNode extends BelowArtifacts {
  readonly kind: 'artifactReport';
  readonly report: Report;
}

/** Why there are no rows, or not all of them. */
export type ArtifactNote =
  | { readonly kind: 'empty' }
  | { readonly kind: 'more' | 'moreTests'; readonly count: number }
  /** A click reloads the children of `above`. */
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** When GitLab no longer had the artifacts, in ms since 1970; undefined for any other error. */
      readonly goneAt: number | undefined;
      readonly above: Row;
    };

export interface ArtifactNoteNode extends BelowArtifacts {
  readonly kind: 'artifactNote';
  readonly note: ArtifactNote;
}

/** Test results from reports. */
export interface TestsNode extends BelowArtifacts {
  readonly kind: 'tests';
  readonly state: 'reading' | 'read' | 'failed';
  /** Undefined until the reports have been read. */
  readonly results: TestResults | undefined;
}

export interface TestNode extends BelowArtifacts {
  readonly kind: 'test';
  readonly test: FailedTest;
  /** Path of the report in the archive; undefined: the result is from GitLab. */
  readonly report: string | undefined;
  /** File in the repository if found, else the report. */
  readonly uri: string | undefined;
  /** 1-based. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

export type ArtifactRowNode =
  ArtifactFolderNode | ArtifactFileNode | ArtifactReportNode | ArtifactNoteNode | TestsNode | TestNode;
