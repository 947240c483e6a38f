import type { FakeBuild, Pipeline, Project } from '../model';
import type { Profile } from '../profiles/profile';

/** Web addresses of an instance. Paths begin with the relative root. */
export class Links {
  readonly #url: URL;
  readonly #paths: Profile['webPaths'];

  /** `url`: external URL of the instance, relative root included. */
  constructor(url: string, { webPaths }: Profile) {
    this.#url = new URL(url);
    this.#paths = webPaths;
  }

  get host(): string {
    return this.#url.hostname;
  }

  absolute(path: string): string {
    return `${this.#url.origin}${path}`;
  }

  root(path: string): string {
    return `${this.#url.pathname.replace(/\/$/, '')}/${path}`;
  }

  user(username: string): string {
    return this.root(`${this.#paths.user}${username}`);
  }

  project({ path }: Project): string {
    return this.root(path);
  }

  build(project: Project, { id }: Pick<FakeBuild, 'id'>): string {
    return `${this.project(project)}/${this.#paths.build}/${id}`;
  }

  pipeline(project: Project, { id }: Pick<Pipeline, 'id'>): string {
    return `${this.project(project)}/${this.#paths.pipeline}/${id}`;
  }
}
