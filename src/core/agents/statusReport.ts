import { blockers } from '../model/blocked';
import { hasFailed, type Build } from '../model/build';
import { pipelineFailure, pipelinesInOrder, buildsThatCount, type Listing, type Pipeline } from '../model/pipeline';
import { verdictOf } from '../model/verdict';
import { codeSpan } from '../util/markdown';
import type { Section } from './answer';

/** Facts about the commit shown for a repository. */
export interface StatusFacts {
  readonly repository: string;
  /** Project path and GitLab host; undefined if there is no project. */
  readonly project?: string | undefined;
  readonly commit?: { readonly sha: string; readonly ref: string | undefined; readonly isHead: boolean } | undefined;
  /** Sentences about what is unusual or missing. */
  readonly remarks: readonly string[];
  /** Undefined if the builds aren't known. */
  readonly listing?: Listing | undefined;
  /** Seconds since GitLab was last asked. */
  readonly age?: number | undefined;
  /** Sentence about why a build failed, if known. */
  readonly reasonOf: (build: Build) => string | undefined;
}

const maxRows = 300;

/** A report on the state of a commit, in order of importance. Untrusted names are code spans. */
export function statusSections(facts: StatusFacts): readonly Section[] {
  const head: Section = {
    title: headline(facts),
    lines: [...facts.remarks.map((remark) => `- ${remark}`), ...ageLine(facts)],
  };
  return facts.listing === undefined ? [head] : [head, ...buildSections(facts.listing, facts)];
}

function headline({ repository, project, commit }: StatusFacts): string {
  const parts = [
    `Repository ${codeSpan(repository, 80)}`,
    ...(commit === undefined ? [] : [commitWords(commit)]),
    ...(project === undefined ? [] : [`project ${codeSpan(project, 120)}`]),
  ];
  return parts.join(', ');
}

function commitWords({ sha, ref, isHead }: NonNullable<StatusFacts['commit']>): string {
  const name = ref === undefined ? '' : ` of ${codeSpan(ref, 80)}`;
  return `commit ${sha.slice(0, 12)}${name} (${isHead ? 'HEAD' : 'chosen by the user, not HEAD'})`;
}

function ageLine({ age }: StatusFacts): readonly string[] {
  return age === undefined ? [] : [`- GitLab was asked ${Math.max(0, Math.round(age))} s ago.`];
}

function buildSections(listing: Listing, { commit, reasonOf }: StatusFacts): readonly Section[] {
  const verdict = verdictOf(listing);
  const standing = buildsThatCount(listing);
  const row = (build: Build): string => buildRow(build, reasonOf);
  const broken = verdict.broken === undefined ? [] : [brokenRow(verdict.broken)];
  const allowed = standing.filter((build) => build.status === 'failed' && !hasFailed(build));
  const flaky = standing.filter(({ status, attempts }) => status === 'success' && attempts.some(hasFailed));
  const waiting = [...blockers(listing).values()].flat();
  const running = verdict.builds.filter(({ status }) => status === 'running');
  return [
    { title: `State: ${verdict.status ?? 'no builds'}. ${countWords(verdict.builds)}`, lines: [] },
    ...section('Failed builds:', [...broken, ...verdict.failed.map(row)], 0.6),
    ...section('A person must start one of these before it goes on:', waiting.map(row), 0.3),
    ...section('Running:', running.map(row), 0.3),
    ...section('Passed after a retry:', flaky.map(row), 0.2),
    ...section('Failed, but allowed to fail:', allowed.map(row), 0.2),
    ...section('Pipelines:', pipelineRows(listing, commit?.ref), 0.3),
  ];
}

function section(title: string, lines: readonly string[], share: number): readonly Section[] {
  const around = { before: 0, after: Math.max(0, lines.length - maxRows) };
  return lines.length === 0 ? [] : [{ title, lines: lines.slice(0, maxRows), around, share }];
}

function countWords(builds: readonly Build[]): string {
  const counts = new Map<string, number>();
  for (const build of builds) {
    const word = build.status === 'failed' && build.allowFailure ? 'failed but allowed to' : build.status;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const parts = [...counts].map(([word, count]) => `${count} ${word}`);
  return builds.length === 0 ? 'There are no builds.' : `${buildCount(builds.length)}: ${parts.join(', ')}.`;
}

function buildCount(count: number): string {
  return count === 1 ? '1 build' : `${count} builds`;
}

function buildRow(build: Build, reasonOf: StatusFacts['reasonOf']): string {
  const { name, id, stage, status, attempts, pipeline, kind, downstream } = build;
  const reason = reasonOf(build);
  const parts = [
    `stage ${codeSpan(stage, 60)}`,
    ...(status === 'failed' ? [] : [status]),
    ...(pipeline === undefined ? [] : [`pipeline ${pipeline}`]),
    ...(attempts.length === 0 ? [] : [`attempt ${attempts.length + 1}`]),
    ...(kind === undefined ? [] : [kind === 'bridge' ? 'starts another pipeline' : 'of another CI system']),
    ...(downstream === undefined ? [] : [`started pipeline ${downstream}`]),
  ];
  return `- ${codeSpan(name, 200)} #${id}: ${parts.join(', ')}${reason === undefined ? '' : `. ${codeSpan(reason, 300)}`}`;
}

function brokenRow(pipeline: Pipeline): string {
  const why = pipelineFailure(pipeline);
  return `- Pipeline #${pipeline.id} failed before it had a build${why === undefined ? '.' : `: ${codeSpan(why, 500)}`}`;
}

function pipelineRows(listing: Listing, ref: string | undefined): readonly string[] {
  const roots = new Set(pipelinesInOrder(listing, ref));
  const children = listing.pipelines.filter((pipeline) => !roots.has(pipeline));
  const count = new Map<number, number>();
  for (const { pipeline = 0 } of listing.builds) count.set(pipeline, (count.get(pipeline) ?? 0) + 1);
  const row = (pipeline: Pipeline, kind: string): string => {
    const { id, status, source, name, mergeRequest } = pipeline;
    const parts = [
      `${kind}${codeSpan(pipeline.ref, 80)}`,
      status,
      ...(name === undefined ? [] : [codeSpan(name, 80)]),
      ...(mergeRequest === undefined
        ? []
        : [`merge request !${mergeRequest.iid} ${codeSpan(mergeRequest.title, 100)}`]),
      ...(source === undefined ? [] : [`by ${codeSpan(source, 40)}`]),
      buildCount(count.get(id) ?? 0),
    ];
    return `- #${id}: ${parts.join(', ')}`;
  };
  return [...[...roots].map((one) => row(one, '')), ...children.map((one) => row(one, 'child of '))];
}
