import type { SecretStorage } from 'vscode';
import type { Variables } from '../../core/gitlab/dialect';

/** Whose variables: those of all builds of one name. */
export interface VariablesOwner {
  /** Base URL. */
  readonly instance: string;
  /** Path or id. */
  readonly project: string;
  readonly build: string;
}

/** The variables that manual builds were last played with. In VS Code's SecretStorage, since values may be secrets. */
export class StoredVariables {
  /** What was entered and not played yet; gone with the window. */
  private readonly drafts = new Map<string, Variables>();

  constructor(private readonly secrets: SecretStorage) {}

  /** What was entered last, else what was played last. */
  async last(owner: VariablesOwner): Promise<Variables> {
    const key = keyOf(owner);
    const draft = this.drafts.get(key);
    return draft ?? parse(await this.secrets.get(key));
  }

  noteDraft(owner: VariablesOwner, variables: Variables): void {
    this.drafts.set(keyOf(owner), variables);
  }

  async keep(owner: VariablesOwner, variables: Variables): Promise<void> {
    const key = keyOf(owner);
    this.drafts.delete(key);
    if (Object.keys(variables).length === 0) await this.secrets.delete(key);
    else await this.secrets.store(key, JSON.stringify(variables));
  }
}

function keyOf({ instance, project, build }: VariablesOwner): string {
  return `variables ${instance} ${project} ${build}`;
}

function parse(stored: string | undefined): Variables {
  const value: unknown = JSON.parse(stored ?? '{}');
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
