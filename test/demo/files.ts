/** What lies in the repository of the demo. */
export const files: Readonly<Record<string, string>> = {
  'README.md': `# Bakery

A small project whose builds never rest. Its GitLab runs on this machine; nothing leaves it.

Open **GitLab Builds** in the activity bar, or click its entry in the status bar. Then try:

* **Point at a build** for its runner, times and commit; watch the stages go by.
* **Right-click a build**: retry, cancel, erase, copy its URL.
* **Download the artifacts** of \`compile\`, and *Reveal* them in the Explorer.
* **Retry Failed Builds** on the stage \`test\` when \`integration\` has failed, as it does the first time.
* **Group By…** and **Filter by Status…** in the title of the view.
* **Show Another Commit…** in the menu of the view: earlier commits, or the branch \`dark-theme\`.
* **Commit something**: the new commit gets builds of its own.
`,
  '.gitlab-ci.yml': `stages: [build, test, deploy]

compile:
  stage: build
  script: make
  artifacts:
    paths: [bin/]

assets:
  stage: build
  script: make assets
  artifacts:
    paths: [app.css]

rspec 1/2: &rspec
  stage: test
  script: bundle exec rspec

rspec 2/2: *rspec

lint:
  stage: test
  script: bundle exec rubocop

integration:
  stage: test
  script: bundle exec rake integration
  artifacts:
    paths: [report.xml]

staging:
  stage: deploy
  script: make deploy

pages:
  stage: deploy
  script: make pages
  artifacts:
    paths: [public/]
`,
  'lib/oven.rb': `# Bakes what is put into it.
class Oven
  MAXIMUM = 260

  attr_reader :celsius

  def initialize
    @celsius = 20
    @trays = []
  end

  def heat(to:)
    raise ArgumentError, "#{to} °C is too hot" if to > MAXIMUM

    @celsius = to
    self
  end

  def put(tray)
    @trays << tray
    self
  end

  def bake(minutes:)
    @trays.map { |tray| tray.bake(minutes, at: celsius) }
  end
end
`,
};
