/** Keys of JSON objects, in the order GitLab writes them. */
export interface Keys {
  readonly build: readonly string[];
  readonly bridge: readonly string[];
  readonly user: readonly string[];
  readonly commit: readonly string[];
  readonly runner: readonly string[];
  /** In a build. */
  readonly pipelineOfBuild: readonly string[];
  readonly pipelineInList: readonly string[];
  readonly pipeline: readonly string[];
  readonly status: readonly string[];
}

function words(text: string): readonly string[] {
  return text.split(' ');
}

const build84 =
  'id status stage name ref tag coverage created_at started_at finished_at user download_url commit runner';
const build85 = build84.replace('download_url', 'download_url artifacts_file');
const build86 = build85.replace('download_url ', '');
const build813 = `${build86} pipeline`;
const job108 =
  'id status stage name ref tag coverage created_at started_at finished_at duration user commit pipeline artifacts_file runner';
const job110 = `${job108} artifacts_expire_at`;
const jobBase134 =
  'id status stage name ref tag coverage allow_failure created_at started_at finished_at duration user commit pipeline web_url';
const jobRest134 = 'artifacts_file artifacts runner artifacts_expire_at';
const jobBase159 =
  'id status stage name ref tag coverage allow_failure created_at started_at finished_at erased_at duration queued_duration user commit pipeline failure_reason web_url project';
const jobRest189 = 'artifacts_file artifacts runner runner_manager artifacts_expire_at archived tag_list';

const user84 = 'name username id state avatar_url web_url created_at is_admin bio skype linkedin twitter website_url';
const user89 = user84.replace('bio', 'bio location');
const user813 = `${user89} organization`;
const user108 =
  'id name username state avatar_url web_url created_at bio location skype linkedin twitter website_url organization';
const user134 = user108.replace('location', 'location public_email');
const user159 =
  'id username name state avatar_url web_url created_at bio location public_email skype linkedin twitter website_url organization job_title pronouns bot work_information followers following is_followed local_time';
const user189 =
  'id username public_email name state locked avatar_url web_url created_at bio location linkedin twitter discord website_url github job_title pronouns organization bot work_information followers following is_followed local_time';

const commit84 = 'id short_id title author_name author_email created_at message';
const commit817 = 'id short_id title author_name author_email created_at committer_name committer_email message';
const commit90 =
  'id short_id title created_at parent_ids message author_name author_email authored_date committer_name committer_email committed_date';

const runner84 = 'id description active is_shared name';
const runner134 = 'id description ip_address active is_shared name online status';
const runner159 = 'id description ip_address active paused is_shared runner_type name online status';
const runner189 =
  'id description ip_address active paused is_shared runner_type name online created_by created_at status job_execution_status';

const pipelineOfBuild = 'id sha ref status';
const pipeline813 =
  'id sha ref status before_sha tag yaml_errors user created_at updated_at started_at finished_at committed_at duration coverage';
const pipelineDetail134 =
  'before_sha tag yaml_errors user started_at finished_at committed_at duration coverage detailed_status';
const pipeline134 = 'id sha ref status created_at updated_at web_url';
const pipeline159 = 'id iid project_id sha ref status source created_at updated_at web_url';

const status84 =
  'id sha ref status name target_url description created_at started_at finished_at allow_failure coverage author';

const keys84: Keys = {
  build: words(build84),
  bridge: [],
  user: words(user84),
  commit: words(commit84),
  runner: words(runner84),
  pipelineOfBuild: words(pipelineOfBuild),
  pipelineInList: words(pipeline813),
  pipeline: words(pipeline813),
  status: words(status84),
};
const keys85 = { ...keys84, build: words(build85) };
const keys89 = { ...keys85, build: words(build86), user: words(user89) };
const keys813 = { ...keys89, build: words(build813), user: words(user813) };
const keys817 = { ...keys813, commit: words(commit817) };
const v3keys90 = { ...keys817, commit: words(commit90) };
const v3keys108 = { ...v3keys90, user: words(user108) };
const keys90 = { ...v3keys90, pipelineInList: words(pipelineOfBuild) };
const keys108 = { ...keys90, build: words(job108), user: words(user108) };
const keys110 = { ...keys108, build: words(job110) };
const keys134: Keys = {
  ...keys110,
  build: words(`${jobBase134} ${jobRest134}`),
  bridge: words(`${jobBase134} downstream_pipeline`),
  user: words(user134),
  commit: words(`${commit90} web_url`),
  runner: words(runner134),
  pipelineOfBuild: words(pipeline134),
  pipelineInList: words(pipeline134),
  pipeline: words(`${pipeline134} ${pipelineDetail134}`),
};
const keys139 = { ...keys134, build: words(`${jobBase134} ${jobRest134} tag_list`) };
const keys159: Keys = {
  ...keys139,
  build: words(`${jobBase159} ${jobRest134} tag_list`),
  bridge: words(`${jobBase159} downstream_pipeline`),
  user: words(user159),
  commit: words(`${commit90} trailers web_url`),
  runner: words(runner159),
  pipelineOfBuild: words(pipeline159),
  pipelineInList: words(pipeline159),
  pipeline: words(`${pipeline159} ${pipelineDetail134.replace('duration', 'duration queued_duration')}`),
  status: words(status84.replace('coverage', 'coverage pipeline_id')),
};
const keys189: Keys = {
  ...keys159,
  build: words(`${jobBase159} ${jobRest189}`),
  bridge: words(`${jobBase159} downstream_pipeline`),
  user: words(user189),
  commit: words(`${commit90} trailers extended_trailers web_url`),
  runner: words(runner189),
  pipelineInList: words(`${pipeline159} name`),
  pipeline: words(`${pipeline159} name ${pipelineDetail134.replace('duration', 'duration queued_duration')} archived`),
};

/** Of the releases that only variants of GraphQL have. */
const pipeline140 = 'id project_id sha ref status created_at updated_at web_url';
const keys140: Keys = {
  ...keys139,
  pipelineOfBuild: words(pipeline140),
  pipelineInList: words(pipeline140),
  pipeline: words(`${pipeline140} ${pipelineDetail134.replace('duration', 'duration queued_duration')}`),
};
const jobBase149 = jobBase134.replace(' web_url', ' failure_reason web_url');
const keys149: Keys = {
  ...keys159,
  build: words(`${jobBase149} ${jobRest134} tag_list`),
  bridge: words(`${jobBase149} downstream_pipeline`),
  status: keys139.status,
};
const jobBase153 = jobBase149.replace(' duration', ' duration queued_duration');
const keys153: Keys = {
  ...keys149,
  build: words(`${jobBase153} ${jobRest134} tag_list`),
  bridge: words(`${jobBase153} downstream_pipeline`),
};
const keys158: Keys = {
  ...keys153,
  build: words(`${jobBase153} project ${jobRest134} tag_list`),
  bridge: words(`${jobBase153} project downstream_pipeline`),
};
const pipeline163 = `${pipeline159} name`;
const keys163: Keys = {
  ...keys159,
  pipelineInList: words(pipeline163),
  pipeline: words(`${pipeline163} ${pipelineDetail134.replace('duration', 'duration queued_duration')}`),
};
const keys172: Keys = { ...keys163, build: keys189.build };

/** By the profile that has them first. */
export const keys = {
  '8.4': keys84,
  '8.5': keys85,
  '8.9': keys89,
  '8.13': keys813,
  '8.17': keys817,
  'v3 9.0': v3keys90,
  'v3 10.8': v3keys108,
  '9.0': keys90,
  '10.8': keys108,
  '11.0': keys110,
  '13.4': keys134,
  '13.9': keys139,
  '14.0': keys140,
  '14.9': keys149,
  '15.3': keys153,
  '15.8': keys158,
  '15.9': keys159,
  '16.3': keys163,
  '17.2': keys172,
  '18.9': keys189,
} as const satisfies Readonly<Record<string, Keys>>;
