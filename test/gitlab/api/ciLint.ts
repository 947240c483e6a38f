import { type Answer, failure, grapeFailure, json } from '../answer';
import { lint, type LintResult } from '../ciLint';
import type { Commit } from '../model';
import { can } from '../rules';
import { type Call, profileOf, type ProjectCall, text } from './call';
import { revision } from './revision';

const ciFile = '.gitlab-ci.yml';

/** `POST /ci/lint`, which knows no project: the first error alone. */
export function lintAlone(call: Call): Answer {
  if (!('content' in call.params)) return grapeFailure(400, 'content is missing');
  const none = () => undefined;
  const profile = profileOf(call);
  const told = call.site.world.toldByLint;
  const { errors, warnings } = told ?? lint(text(call.params['content']), { local: none, remote: none }, profile);
  const hasWarnings = profile.rules.lintWords !== 'old';
  const shown = {
    status: errors.length === 0 ? 'valid' : 'invalid',
    errors: errors.slice(0, 1),
    ...(hasWarnings ? { warnings: errors.length === 0 ? [warnings[0] ?? null] : [] } : {}),
  };
  return json(200, JSON.stringify(shown));
}

/** `POST /projects/:id/ci/lint`: what a file includes is read at the head of the default branch. */
export function lintContent(call: ProjectCall): Answer {
  if (!('content' in call.params)) return grapeFailure(400, 'content is missing');
  const head = revision(call.site.world, call.project, call.project.defaultBranch);
  return shown(call, text(call.params['content']), head);
}

/** `GET /projects/:id/ci/lint`: a committed file; before 16.10 that of the default branch, whatever is asked for. */
export function lintCommit(call: ProjectCall): Answer {
  const { world } = call.site;
  const ref = profileOf(call).rules.lintsCommits ? text(call.params['content_ref']) : '';
  const commit = revision(world, call.project, ref || call.project.defaultBranch);
  if (commit === undefined && ref !== '') return failure(404, '404 Commit Not Found');
  return shown(call, fileAt(call, commit, ciFile) ?? '', commit);
}

/** `GET /repository/files/:path`, as far as it is asked for. */
export function showFile(call: ProjectCall): Answer {
  const path = text(call.params['file_path']);
  const commit = revision(call.site.world, call.project, text(call.params['ref']));
  if (commit === undefined) return failure(404, '404 Commit Not Found');
  const content = fileAt(call, commit, path);
  if (content === undefined) return failure(404, '404 File Not Found');
  const bytes = Buffer.from(content);
  const file = { file_name: path.split('/').at(-1), file_path: path, size: bytes.length, encoding: 'base64' };
  return json(200, JSON.stringify({ ...file, content: bytes.toString('base64'), ref: text(call.params['ref']) }));
}

function shown(call: ProjectCall, content: string, commit: Commit | undefined): Answer {
  const { world } = call.site;
  if (!can(call.user, 'readBuild', call.project, world.profile)) return failure(403, '403 Forbidden');
  const sources = {
    local: (path: string) => fileAt(call, commit, path),
    remote: (location: string) => world.includable(location),
  };
  const { errors, warnings, merged }: LintResult = {
    ...lint(content, sources, world.profile),
    ...world.toldByLint,
  };
  return json(200, JSON.stringify({ valid: errors.length === 0, errors, warnings, merged_yaml: merged }));
}

function fileAt({ site: { world }, project }: ProjectCall, commit: Commit | undefined, path: string) {
  return commit === undefined ? undefined : world.fileOf(project, commit.sha, path);
}
