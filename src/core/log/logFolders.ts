import { timeSlice } from '../util/timeSlice';
import { linePrefix } from './linePrefix';

/** A folder that the log mentions, to which paths in the following lines refer. */
export interface FolderHint {
  /** Path in the log, relative to the project or absolute, or the name of a module. '' is the project's folder. */
  readonly folder: string;
  /** Whether paths are relative to this folder; otherwise its name only occurs in them. */
  readonly isFolder: boolean;
}

interface Said extends FolderHint {
  readonly at: number;
}

/** Number of columns of a line to search for folders. */
const maxColumns = 500;
/** Maximum number of lines of a Go test run between a file's name and its package's. */
const maxLinesToPackage = 2000;

/**
 * Folders that a log mentions, by line: in echoed commands, and by make, task runners, Maven, Gradle, npm and Go. Each line
 * is read once, when it is needed.
 */
export class LogFolders {
  private readonly shell = new ShellFolder();
  private readonly mentions: {
    readonly command: Said[];
    readonly option: Said[];
    readonly make: Said[];
    readonly task: Said[];
  } = {
    command: [],
    option: [],
    make: [],
    task: [],
  };
  private readonly makeFolders: string[] = [];
  private readonly steps = new Map<string, string>();
  /** For each line, the line of the last command before it. Folders mentioned before that no longer apply. */
  private readonly commands: number[] = [];
  private upTo = 0;
  /** Result of the last search for the next line in which Go names a package, starting at line `from`. */
  private nextPackage: { readonly from: number; readonly at: number; readonly name: string | undefined } | undefined;

  constructor(private readonly lines: readonly string[]) {}

  /** Reads the lines up to the given one in advance, yielding meanwhile; `of` would read them at once. */
  async read(at: number): Promise<void> {
    const yieldIfDue = timeSlice();
    while (this.upTo <= at && this.upTo < this.lines.length) {
      this.readLine(this.upTo++);
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
  }

  /** Folders that apply to a line, most reliable first. */
  of(at: number, path: string): readonly FolderHint[] {
    while (this.upTo <= at && this.upTo < this.lines.length) this.readLine(this.upTo++);
    const own = this.onLine(this.line(at));
    const since = lastBefore(this.commands, at, (one) => one) ?? -1;
    const { command, option, make, task } = this.mentions;
    const before = [command, option, make, task].flatMap((list) => {
      const last = lastBefore(list, at, (one) => one.at);
      return last === undefined || (list !== command && last.at < since) ? [] : [last];
    });
    before.sort((a, b) => b.at - a.at);
    return [...own, ...(path.endsWith('.go') ? this.goPackages(at) : []), ...before].filter(
      ({ folder }) => folder !== unknown,
    );
  }

  private line(at: number): string {
    return (this.lines[at] ?? '').slice(0, maxColumns);
  }

  private readLine(at: number): void {
    const line = this.line(at);
    const [first, second] = [line.charAt(0), line.charAt(1)];
    if (first === '$' && second === ' ') this.readCommand(at, line.slice(2), false);
    else if (first === '+' && /^\++ /.test(line)) this.readCommand(at, line.replace(/^\++ /, ''), true);
    else if (/^(?:Executing "|Running after)/.test(line)) this.startAnew(at);
    else this.readTool(at, line.slice(linePrefix(line).length));
    if (first === '#') this.readStep(line);
  }

  /** Stage of the Dockerfile that BuildKit names once for a step: `#12 [web 3/5] RUN npm run build`. */
  private readStep(line: string): void {
    const [step = '', stage = '', count = ''] = line.split(' ', 3);
    if (stage.startsWith('[') && /^\d/.test(count)) this.steps.set(step, stage.slice(1));
  }

  private startAnew(at: number): void {
    this.shell.reset();
    this.commands.push(at);
    this.mentions.command.push({ at, folder: unknown, isFolder: true });
  }

  private readCommand(at: number, command: string, isTrace: boolean): void {
    if (!isTrace) {
      this.commands.push(at);
      this.makeFolders.length = 0;
    }
    const { during, option } = this.shell.run(command, isTrace);
    this.mentions.command.push({ at, folder: during, isFolder: true });
    if (option !== undefined) this.mentions.option.push({ at, ...option });
  }

  private readTool(at: number, line: string): void {
    const [, verb, folder] =
      /^(?:g?make(?:\[\d{1,3}\])?|ninja): (Entering|Leaving) directory [`'"]([^'"]{1,300})['"]/.exec(line) ?? [];
    if (folder !== undefined) {
      if (verb === 'Entering') this.makeFolders.push(folder);
      else this.makeFolders.pop();
      this.mentions.make.push({ at, folder: this.makeFolders.at(-1) ?? unknown, isFolder: true });
      return;
    }
    const task = taskOn(line);
    if (task !== undefined) this.mentions.task.push({ at, ...task });
  }

  /** Folders in the line itself: a .NET project file at its end, and the task in its prefix. */
  private onLine(line: string): readonly FolderHint[] {
    const project = projectFolder(line);
    const { task } = linePrefix(line);
    const named = task === undefined ? undefined : (this.steps.get(task) ?? task);
    return [
      ...(project === undefined ? [] : [{ folder: project, isFolder: true }]),
      ...(named === undefined || !/[a-z]/i.test(named) ? [] : [{ folder: named, isFolder: false }]),
    ];
  }

  /** Package that Go names above errors of a build (`# package`) or below failed tests (`FAIL package`). */
  private goPackages(at: number): readonly FolderHint[] {
    if (this.nextPackage === undefined || at < this.nextPackage.from || at > this.nextPackage.at)
      this.nextPackage = this.packageFrom(at);
    const { name } = this.nextPackage;
    return name === undefined ? [] : [{ folder: name, isFolder: false }];
  }

  private packageFrom(from: number): { readonly from: number; readonly at: number; readonly name: string | undefined } {
    const last = Math.min(this.lines.length, from + maxLinesToPackage) - 1;
    for (let at = from; at <= last; at += 1) {
      const [, name] = /^(?:FAIL|ok)\s{1,9}([\w./~-]{1,200})(?:\s|$)/.exec(this.line(at)) ?? [];
      if (name !== undefined) return { from, at, name };
      if (this.line(at).startsWith('$ ')) return { from, at, name: undefined };
    }
    return { from, at: last, name: undefined };
  }
}

/** Folder of the project that .NET names in brackets at the end of a line: `[/builds/g/p/App/App.csproj]`. */
function projectFolder(line: string): string | undefined {
  const text = line.trimEnd();
  const start = text.lastIndexOf('[');
  if (start < 0 || !text.endsWith(']')) return undefined;
  const [path = ''] = text
    .slice(start + 1, -1)
    .replaceAll('\\', '/')
    .split('::');
  return /\.(?:cs|fs|vb|vcx)proj$/.test(path) ? path.slice(0, Math.max(0, path.lastIndexOf('/'))) : undefined;
}

/** Represents an unknown folder. */
const unknown = '\0';

function lastBefore<T>(list: readonly T[], at: number, lineOf: (one: T) => number): T | undefined {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = list[middle];
    if (one !== undefined && lineOf(one) <= at) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}

/** Patterns of lines that name a module (first group), whose parts may be separated by `:`. */
const modules = [
  // Gradle; the project's own tasks have no name in between.
  /^> Task ((?::[\w.-]{1,60}){2,8})(?: |$)/,
  /^\[INFO\] -{2,3} .{1,200} @ ([\w.-]{1,100}) -{2,3}$/,
  /^\[INFO\] -{1,60}< [\w.-]{1,100}:([\w.-]{1,100}) >-{1,60}$/,
  /^\s{0,3}> nx run ([\w@/.-]{1,100})(?::|$)/,
  /^=== FAIL: ([\w./-]{1,200}) /,
  /^# ([\w./-]{1,200})$/,
];

function taskOn(line: string): FolderHint | undefined {
  const first = line.charAt(0);
  if (!'>[#=r '.includes(first)) return undefined;
  // pnpm names the folder, npm only the package.
  const [, name, folder] =
    /^> ((?:@[\w.-]{1,60}\/)?[\w.-]{1,60})@\d\S{0,40} \S{1,60}(?: (\/\S{1,300}))?$/.exec(line) ?? [];
  if (folder !== undefined) return { folder, isFolder: true };
  if (name !== undefined) return { folder: name, isFolder: false };
  const [, root] = /^rootdir: ([^,]{1,300})/.exec(line) ?? [];
  if (root !== undefined) return { folder: root.trim(), isFolder: true };
  for (const pattern of modules) {
    const [, module] = pattern.exec(line) ?? [];
    if (module !== undefined)
      return { folder: module.startsWith(':') ? gradleFolder(module) : module, isFolder: false };
  }
  return /^> Task :\w{1,60}(?: |$)/.test(line) ? { folder: '', isFolder: true } : undefined;
}

/** Module of a Gradle task: `:apps:web:compileJava` belongs to `apps/web`. */
function gradleFolder(task: string): string {
  return task.split(':').slice(1, -1).join('/');
}

/** Options with which a program works in another folder, and options that name a package. */
const folderOptions =
  /(?:^|\s)(?:--prefix|--cwd|--dir|-C|--project-dir|--manifest-path|--file|-f|-p|--directory)(?:=| )([^\s=;&|]{1,300})/;
const folderPrograms =
  /^(?:npm|yarn|pnpm|make|gmake|go|git|cargo|mvn|\.\/mvnw|gradle|\.\/gradlew|ninja|bun|uv|poetry|composer|tox|just|task)$/;
const packageOptions =
  /(?:^|\s)(?:--workspace|-w|--filter|-F|--scope|workspace|-pl|--projects|--package)(?:=| )([^\s;&|]{1,200})/;
const packagePrograms = /^(?:npm|yarn|pnpm|turbo|lerna|nx|mvn|\.\/mvnw|cargo|npx|bun)$/;

/** Tracks the folder that a shell is in from the echoed commands, relative to the project's folder, which is ''. */
class ShellFolder {
  folder = '';
  /** Whether the folder has been changed. Only then is it certain that the shell started in the project's folder. */
  private hasMoved = false;
  private previous = '';
  private readonly pushed: string[] = [];
  /** Folder before the last echoed command, since a shell trace repeats the parts of that command. */
  private before: string | undefined;

  reset(): void {
    this.folder = this.previous = '';
    this.hasMoved = false;
    this.pushed.length = 0;
    this.before = undefined;
  }

  /** Applies a command. `during`: folder while it runs; `option`: folder that one of its options names. */
  run(command: string, isTrace: boolean): { readonly during: string; readonly option?: FolderHint } {
    if (isTrace && /^(?:cd|pushd|popd)\b/.test(command) && this.before !== undefined) {
      this.folder = this.before;
      this.before = undefined;
    } else if (!isTrace) this.before = this.folder;
    const isInBrackets = /^\s*\(/.test(command);
    const [outside, hadMoved] = [this.folder, this.hasMoved];
    let option: FolderHint | undefined;
    for (const part of command.split(/&&|\|\||[;|()]/)) {
      const words = part.trim();
      if (!this.move(words)) option = optionOf(words, this.folder) ?? option;
    }
    const during = this.hasMoved ? this.folder : unknown;
    if (isInBrackets) [this.folder, this.hasMoved] = [outside, hadMoved];
    return { during, ...(option === undefined ? {} : { option }) };
  }

  /** Applies one part of a command, and returns whether that changes the folder. */
  private move(words: string): boolean {
    const [verb, ...rest] = words.split(/\s+/);
    if (verb === 'popd') this.go(this.pushed.pop() ?? unknown);
    else if (verb === 'cd' || verb === 'pushd') {
      if (verb === 'pushd') this.pushed.push(this.folder);
      const target = rest.filter((word) => !/^-\w/.test(word) && word !== '--').join(' ');
      this.go(target === '-' ? this.previous : joined(this.folder, unquoted(target)));
    } else return false;
    return true;
  }

  private go(folder: string): void {
    this.previous = this.folder;
    this.folder = folder;
    this.hasMoved = true;
  }
}

function optionOf(words: string, folder: string): FolderHint | undefined {
  const [program = ''] = words.split(/\s+/).filter((word) => !/^\w+=/.test(word));
  const [, target] = folderPrograms.test(program) ? (folderOptions.exec(words) ?? []) : [];
  if (target !== undefined)
    return { folder: joined(folder, unquoted(target).replace(/\/?(?:Cargo\.toml|pom\.xml)$/, '')), isFolder: true };
  const [, name] = packagePrograms.test(program) ? (packageOptions.exec(words) ?? []) : [];
  return name === undefined ? undefined : { folder: unquoted(name).replace(/^\.\//, ''), isFolder: false };
}

function unquoted(word: string): string {
  return word.replace(/["']/g, '').trim();
}

/** Maximum length of a folder in UTF-16 units: a log of nothing but `cd a` would go deeper and deeper. */
const longestFolder = 2000;

/** Resolves `target` relative to `folder`. Variables other than the project's folder are unknown. */
function joined(folder: string, target: string): string {
  const own = target.replace(/^(?:\$CI_PROJECT_DIR|\$\{CI_PROJECT_DIR\})(?=\/|$)/, '');
  if (own !== target) return own.replace(/^\//, '').replace(/\/$/, '');
  if (target === '' || /[$`~*]/.test(target)) return unknown;
  if (target.startsWith('/')) return target;
  if (folder === unknown) return unknown;
  const within = inFolder(folder, target) ?? unknown;
  return within.length > longestFolder ? unknown : within;
}

/** Resolves a path relative to a folder; undefined if it leads above the project's folder. */
export function inFolder(folder: string, path: string): string | undefined {
  const names = folder === '' ? [] : folder.split('/');
  for (const name of path.split('/')) {
    if (name === '..' && names.pop() === undefined) return undefined;
    if (name !== '..' && name !== '.' && name !== '') names.push(name);
  }
  return names.join('/');
}
