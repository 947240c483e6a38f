import type { Api, Profile, ProfileName } from './profiles/profile';
import { profileNames, profiles } from './profiles/profiles';
import { type FakeGitLab, type FakeOptions, startGitLab } from './server';

/** One REST API of one version, as tests go through them. */
export interface Spoken {
  readonly name: ProfileName;
  readonly version: 'v3' | 'v4';
  readonly api: Api;
  readonly profile: Profile;
}

/** Every API that any version serves: `8.4 v3` … `18.9 v4`. */
export const spoken: readonly Spoken[] = profileNames.flatMap((name) => {
  const profile = profiles[name];
  return (['v3', 'v4'] as const).flatMap((version) => {
    const api = profile[version];
    return typeof api === 'string' ? [] : [{ name, version, api, profile }];
  });
});

/** A GitLab for as long as `use` takes. */
export async function withGitLab<T>(options: FakeOptions, use: (fake: FakeGitLab) => Promise<T>): Promise<T> {
  const fake = await startGitLab(options);
  try {
    return await use(fake);
  } finally {
    await fake.close();
  }
}
