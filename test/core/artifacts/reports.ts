/** One report of each test runner, as it writes them. */

export const pytest = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.071" timestamp="2026-11-01T10:00:00.000000+00:00" hostname="runner"><testcase classname="tests.test_math" name="test_one" time="0.001" /><testcase classname="tests.test_math" name="test_sum" time="0.002"><failure message="assert 3 == 4">def test_sum():
&gt;       assert 1 + 2 == 4
E       assert 3 == 4

tests/test_math.py:12: AssertionError</failure></testcase><testcase classname="tests.test_math" name="test_later" time="0.000"><skipped type="pytest.skip" message="later">/builds/group/project/tests/test_math.py:15: later</skipped></testcase><testcase classname="tests.test_db" name="test_db" time="0.001"><error message="failed on setup with &quot;KeyError: 'db'&quot;">@pytest.fixture
    def db():
&gt;       return os.environ['db']

tests/conftest.py:7: 
_ _ _ _ _ _

    raise KeyError(key) from None
E   KeyError: 'db'</error></testcase></testsuite></testsuites>`;

/** Before 5.x, and with junit_family=xunit1. */
export const oldPytest = `<?xml version="1.0" encoding="utf-8"?><testsuite errors="0" failures="1" name="pytest" skips="0" tests="1" time="0.01"><testcase classname="tests.test_math" file="tests/test_math.py" line="10" name="test_sum" time="0.0002"><failure message="assert 3 == 4">def test_sum():
E       assert 3 == 4</failure></testcase></testsuite>`;

export const surefire = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report-3.0.xsd" version="3.0" name="org.example.MathTest" time="0.05" tests="3" errors="1" skipped="1" failures="1">
  <properties>
    <property name="java.specification.version" value="17"/>
  </properties>
  <testcase name="adds" classname="org.example.MathTest" time="0.004">
    <failure message="expected:&lt;4&gt; but was:&lt;3&gt;" type="java.lang.AssertionError"><![CDATA[java.lang.AssertionError: expected:<4> but was:<3>
	at org.junit.Assert.fail(Assert.java:89)
	at org.junit.Assert.assertEquals(Assert.java:120)
	at org.example.MathTest.adds(MathTest.java:25)
]]></failure>
    <system-out><![CDATA[adding
]]></system-out>
  </testcase>
  <testcase name="divides" classname="org.example.MathTest" time="0">
    <error message="/ by zero" type="java.lang.ArithmeticException">java.lang.ArithmeticException: / by zero
	at org.example.Math.divide(Math.java:9)
	at org.example.MathTest.divides(MathTest.java:31)
</error>
  </testcase>
  <testcase name="later" classname="org.example.MathTest" time="0">
    <skipped message="later"/>
  </testcase>
</testsuite>`;

export const jest = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="2" failures="1" errors="0" time="0.7">
  <testsuite name="sum" errors="0" failures="1" skipped="0" timestamp="2026-11-01T10:00:00" time="0.2" tests="2">
    <testcase classname="sum is there" name="sum is there" time="0.001">
    </testcase>
    <testcase classname="sum adds" name="sum adds" time="0.003">
      <failure>Error: expect(received).toBe(expected) // Object.is equality

Expected: 4
Received: 3
    at Object.toBe (/builds/group/project/src/sum.test.js:5:21)
    at Promise.then.completed (/builds/group/project/node_modules/jest-circus/build/utils.js:298:28)</failure>
    </testcase>
  </testsuite>
</testsuites>`;

export const rspec = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="rspec" tests="2" skipped="0" failures="1" errors="0" time="0.01" timestamp="2026-11-01T10:00:00+00:00" hostname="runner">
<properties><property name="seed" value="1234"/></properties>
<testcase classname="spec.models.user_spec" name="User is valid" file="./spec/models/user_spec.rb" time="0.004"><failure message="expected true&#10;     got false" type="RSpec::Expectations::ExpectationNotMetError">Failure/Error: expect(user).to be_valid

  expected true
     got false
./spec/models/user_spec.rb:12:in \`block (2 levels) in &lt;top (required)&gt;&#39;</failure></testcase>
<testcase classname="spec.models.user_spec" name="User has a name" file="./spec/models/user_spec.rb" time="0.001"></testcase>
</testsuite>`;

export const go = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1">
	<testsuite name="example.com/group/project/math" tests="2" failures="1" errors="0" id="0" hostname="runner" time="0.003" timestamp="2026-11-01T10:00:00Z">
		<properties><property name="go.version" value="go1.22 linux/amd64"></property></properties>
		<testcase name="TestOne" classname="example.com/group/project/math" time="0.000"></testcase>
		<testcase name="TestSum" classname="example.com/group/project/math" time="0.000">
			<failure message="Failed"><![CDATA[    sum_test.go:9: got 3, want 4]]></failure>
		</testcase>
	</testsuite>
</testsuites>`;

export const phpunit = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="default" tests="1" assertions="1" errors="0" failures="1" skipped="0" time="0.01">
    <testsuite name="Tests\\MathTest" file="/builds/group/project/tests/MathTest.php" tests="1" assertions="1" errors="0" failures="1" skipped="0" time="0.01">
      <testcase name="testSum" file="/builds/group/project/tests/MathTest.php" line="15" class="Tests\\MathTest" classname="Tests.MathTest" assertions="1" time="0.009">
        <failure type="PHPUnit\\Framework\\ExpectationFailedException">Tests\\MathTest::testSum
Failed asserting that 3 matches expected 4.

/builds/group/project/tests/MathTest.php:18</failure>
      </testcase>
    </testsuite>
  </testsuite>
</testsuites>`;

export const gradle = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="org.example.MathTest" tests="1" skipped="0" failures="1" errors="0" timestamp="2026-11-01T10:00:00" hostname="runner" time="0.03">
  <properties/>
  <testcase name="adds()" classname="org.example.MathTest" time="0.02">
    <failure message="org.opentest4j.AssertionFailedError: expected: &lt;4&gt; but was: &lt;3&gt;" type="org.opentest4j.AssertionFailedError">org.opentest4j.AssertionFailedError: expected: &lt;4&gt; but was: &lt;3&gt;
	at org.example.MathTest.adds(MathTest.kt:14)
</failure>
  </testcase>
  <system-out><![CDATA[]]></system-out>
  <system-err><![CDATA[]]></system-err>
</testsuite>`;

export const mocha = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Mocha Tests" time="0.0070" tests="1" failures="1">
  <testsuite name="Root Suite" timestamp="2026-11-01T10:00:00" tests="0" time="0.0000" failures="0">
  </testsuite>
  <testsuite name="sum" timestamp="2026-11-01T10:00:00" tests="1" file="/builds/group/project/test/sum.js" time="0.0060" failures="1">
    <testcase name="sum adds" time="0.0050" classname="adds">
      <failure message="expected 3 to equal 4" type="AssertionError"><![CDATA[AssertionError: expected 3 to equal 4
    at Context.<anonymous> (test/sum.js:8:14)]]></failure>
    </testcase>
  </testsuite>
</testsuites>`;

export const ctest = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-c++" tests="2" failures="1" disabled="0" skipped="0" hostname="runner" time="0" timestamp="2026-11-01T10:00:00">
	<testcase name="math_one" classname="math_one" time="0.01" status="run">
		<properties/>
		<system-out></system-out>
	</testcase>
	<testcase name="math_sum" classname="math_sum" time="0.02" status="fail">
		<failure message=""/>
		<properties/>
		<system-out>src/math.cpp:31: Failure
Expected: 4
</system-out>
	</testcase>
</testsuite>`;
