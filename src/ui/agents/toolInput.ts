import { fieldsOf } from '../../core/util/fields';
import { flatten } from '../../core/model/arrange';
import type { Build } from '../../core/model/build';
import type { Listing } from '../../core/model/pipeline';
import { listingOf, targetOf, type Snapshot, type Target } from '../../core/model/snapshot';
import { isVariableName } from '../commands/variables';
import { isNotFound } from '../../core/model/errors';
import { UserError } from '../report';
import type { CommandContext } from '../commands/command';
import { resolveCommit } from '../session/resolveCommit';

/** Input of all tools. VS Code checks it against the schemas in the manifest; other callers may not. */
export interface ToolInput {
  readonly repository?: string;
  readonly commit?: string;
  readonly build?: number | string;
  readonly maxCharacters?: number;
  readonly minutes?: number;
  readonly from?: number;
  readonly to?: number;
  readonly search?: string;
  readonly ref?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether to find out since when the build has been failing. */
  readonly sinceWhen?: boolean;
}

/** A repository, and the commit in it that an agent asks about. */
export interface ToolSubject {
  readonly root: string;
  readonly name: string;
  readonly snapshot: Snapshot | undefined;
  /** Undefined if no project is shown. */
  readonly target: Target | undefined;
  readonly listing: Listing;
  /** Whether the commit is the one that the view shows. */
  readonly isShown: boolean;
  /** When GitLab listed the builds that the view shows, in ms since 1970; undefined before it has. */
  readonly listedAt: number | undefined;
}

export function toToolInput(input: unknown): ToolInput {
  const written = fieldsOf(input);
  const text = (key: string): string | undefined => {
    const value = written[key];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const number = (key: string): number | undefined => {
    const value = written[key];
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  const build = number('build') ?? text('build');
  const { variables } = written;
  const known = {
    repository: text('repository'),
    commit: text('commit'),
    build,
    maxCharacters: number('maxCharacters'),
    minutes: number('minutes'),
    from: number('from'),
    to: number('to'),
    search: text('search'),
    ref: text('ref'),
    sinceWhen: written['sinceWhen'] === true ? true : undefined,
    variables: variables === undefined ? undefined : toVariables(variables),
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function toVariables(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError('"variables" must be an object of strings.');
  const entries = Object.entries(value as Record<string, unknown>);
  const wrong = entries.find(([name, one]) => typeof one !== 'string' || !isVariableName(name));
  if (wrong !== undefined)
    throw new UserError('"variables" must be an object of strings, its keys names of variables.');
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The requested repository, or the only open one, with the commit that the view shows. Throws UserError. */
export function shownSubject({ session }: Pick<CommandContext, 'session'>, { repository }: ToolInput): ToolSubject {
  const all = session.state.repositories.filter(({ root }) => root !== '');
  if (all.length === 0) throw new UserError('No git repository is open in this window. Ask the user to open one.');
  const meant = repository === undefined ? all : all.filter((one) => isCalled(one, repository));
  const [first] = meant;
  if (first === undefined || meant.length > 1) {
    const names = all.map(({ name, root }) => `${name} (${root})`).join(', ');
    throw new UserError(
      first === undefined
        ? `No open repository is called "${repository ?? ''}". These are open: ${names}.`
        : `Several repositories are open. Name one of them as "repository": ${names}.`,
    );
  }
  const { root, name, snapshot } = first;
  const [target, listing, listedAt] = [targetOf(snapshot), listingOf(snapshot), session.listedAt(root)];
  return { root, name, snapshot, target, listing, isShown: true, listedAt };
}

function isCalled({ root, name }: { readonly root: string; readonly name: string }, wanted: string): boolean {
  const path = decodeURIComponent(root.replace(/^file:\/\//, ''));
  return [root, path, name].some((one) => one === wanted || `${one}/` === wanted);
}

/** The requested repository with the requested commit, whose builds are loaded if the view shows another. Throws UserError. */
export async function subjectOfInput(
  context: Pick<CommandContext, 'session' | 'clients'>,
  input: ToolInput,
  signal: AbortSignal,
): Promise<ToolSubject> {
  const shown = shownSubject(context, input);
  const { target, root } = shown;
  const { commit } = input;
  if (commit === undefined || target === undefined) return shown;
  const sha = await shaOf(context, root, commit, target);
  if (sha === target.sha) return shown;
  const client = context.clients.of(target.instance);
  await client.admit('asked', signal);
  const listing = await client.listing(target.project, { sha }, signal, true);
  return {
    ...shown,
    listing,
    target: { ...target, sha, ref: undefined, pinned: true, head: undefined },
    isShown: false,
  };
}

async function shaOf(
  context: Pick<CommandContext, 'session' | 'clients'>,
  root: string,
  commit: string,
  target: Target,
): Promise<string> {
  if (commit.length >= 7 && target.sha.startsWith(commit.toLowerCase())) return target.sha;
  const sha = await resolveCommit(context, root, commit, target);
  if (sha !== undefined) return sha;
  throw new UserError(`git knows no commit "${commit}" in this repository. Give its whole id, or a branch or tag.`);
}

/** The target of a subject. Throws UserError if no project is shown. */
export function requireTarget({ target }: ToolSubject): Target {
  if (target === undefined) throw new UserError('No GitLab project is shown for this repository.');
  return target;
}

/** Id or name of the requested build. Throws UserError if the input has none. */
export function requireBuild({ build }: ToolInput): number | string {
  if (build === undefined) throw new UserError('Name the build by its number or its name as "build".');
  return build;
}

/** The requested build if it is in the listing; undefined for an unknown id. Throws UserError for an unknown or ambiguous name. */
export function knownBuild({ listing }: Pick<ToolSubject, 'listing'>, wanted: number | string): Build | undefined {
  const id = toBuildId(wanted);
  return id === undefined
    ? buildNamed(listing, String(wanted))
    : flatten(listing.builds).find((build) => build.id === id);
}

/** The id that `12` or `#12` means; undefined if it is a name. */
export function toBuildId(wanted: number | string): number | undefined {
  if (typeof wanted === 'number') return wanted;
  return /^#?\d+$/.test(wanted) ? Number(wanted.replace('#', '')) : undefined;
}

/** The requested build, loaded if the listing lacks it. Throws UserError if there is none, or if its name is ambiguous. */
export async function buildOfInput(
  { clients }: Pick<CommandContext, 'clients'>,
  subject: ToolSubject,
  wanted: number | string,
  signal: AbortSignal,
): Promise<Build> {
  const known = knownBuild(subject, wanted);
  if (known !== undefined) return known;
  const { instance, project } = requireTarget(subject);
  const id = toBuildId(wanted) ?? 0;
  try {
    return await clients.of(instance).build(project, id, signal);
  } catch (error) {
    if (isNotFound(error))
      throw new UserError(`Build #${id} isn't in the project of this repository, or the token has no access to it.`);
    throw error;
  }
}

/** The only build with a name, ignoring case if necessary. Throws UserError if there is none, or more than one. */
function buildNamed({ builds }: Listing, name: string): Build {
  const exact = builds.filter((build) => build.name === name);
  const named = exact.length > 0 ? exact : builds.filter((build) => build.name.toLowerCase() === name.toLowerCase());
  const [first] = named;
  if (first !== undefined && named.length === 1) return first;
  if (first !== undefined)
    throw new UserError(`Several builds are called "${name}". Name one by its number: ${candidates(named)}.`);
  const similar = builds.filter((build) => build.name.toLowerCase().includes(name.toLowerCase()));
  const hint = similar.length === 0 ? '' : ` Do you mean one of these? ${candidates(similar)}.`;
  throw new UserError(`No build of this commit is called "${name}".${hint}`);
}

function candidates(builds: readonly Build[]): string {
  const most = 20;
  const some = builds.slice(0, most).map(({ name, id, stage, status, pipeline }) => {
    const where = pipeline === undefined ? stage : `${stage}, pipeline ${pipeline}`;
    return `#${id} ${name} (${where}, ${status})`;
  });
  return some.join('; ') + (builds.length > most ? `; and ${builds.length - most} more` : '');
}
