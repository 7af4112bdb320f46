import { describe, expect, test } from 'vitest';
import { MAX_EXPRESSION_LENGTH, MAX_SOURCE_BYTES } from '../../../src/emulators/workflows/limits.ts';
import { parseProgram } from '../../../src/emulators/workflows/parse.ts';

const problemsOf = (source: string): string[] => {
  try {
    parseProgram(source);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace('main.workflows.yaml:', ''));
  }
};

describe('a source that is refused says where and why', () => {
  test.each<[string, string, string]>([
    ['nothing', '', '1:1: the source is empty'],
    ['broken YAML', 'main: [', '1:8: YAML'],
    ['a tab', 'main:\n\tsteps: []', 'YAML'],
    ['a scalar', '42', '1:1: expected a list of steps, or a map of main'],
    ['no main', 'other:\n  steps:\n    - a: {return: 1}', '1:1: there is no workflow named main'],
    ['no steps', 'main:\n  params: [a]', '2:3: workflow "main" needs "steps"'],
    ['an empty list', 'main:\n  steps: []', '2:10: at least one step'],
    ['two parameters of main', 'main:\n  params: [a, b]\n  steps:\n    - a: {return: 1}', 'main takes at most one'],
    ['an unknown key of a workflow', 'main:\n  step:\n    - a: {return: 1}', '2:3: unknown key "step"'],
    ['a step that does nothing', '- a: {}', '1:3: step "a" does nothing'],
    ['a step that does two things', '- a: {return: 1, raise: "x"}', '1:3: a step does one thing'],
    ['an unknown key of a step', '- a: {call: sys.now, arguments: {}}', '1:22: unknown or misplaced key "arguments"'],
    [
      'a next after return that is not end',
      '- a: {return: 1, next: b}\n- b: {return: 2}',
      '1:18: after return, next can be end',
    ],
    ['a next after raise', '- a: {raise: x, next: end}', 'misplaced key "next"'],
    [
      'two steps of one name',
      '- a: {next: b}\n- b: {return: 1}\n- a: {return: 2}',
      '3:3: there is already a step named "a"',
    ],
    [
      'two steps of one name in lists of one workflow',
      '- a: {steps: [{b: {assign: [{x: 1}]}}]}\n- b: {return: 1}',
      '2:3: there is already a step named "b"',
    ],
    [
      'two steps of one name in a loop and a handler',
      '- a: {for: {value: v, in: [1], steps: [{c: {next: continue}}]}}\n- b: {try: {raise: x}, except: {steps: [{c: {return: 1}}]}}',
      '2:42: there is already a step named "c"',
    ],
    [
      'two steps of one name in two branches',
      '- p: {parallel: {branches: [{a: {steps: [{c: {assign: [{x: 1}]}}]}}, {b: {steps: [{c: {assign: [{x: 1}]}}]}}]}}',
      'there is already a step named "c"',
    ],
    [
      'a branch named like a step',
      '- p: {parallel: {branches: [{a: {assign: [{x: 1}]}}]}}\n- a: {return: 1}',
      '2:3: there is already a step named "a"',
    ],
    ['two names in one step', '- a: {return: 1}\n  b: {return: 2}', '1:3: expected one step'],
    ['a jump to nowhere', '- a: {assign: [{x: 1}], next: c}', '1:25: there is no step "c"'],
    ['a break outside a loop', '- a: {next: break}', '"break" outside a loop'],
    [
      'a jump out of a loop',
      '- a:\n    for: {value: v, in: [1], steps: [{b: {next: c}}]}\n- c: {return: 1}',
      'there is no step "c"',
    ],
    ['an unknown function', '- a: {call: http.fetch, args: {url: "x"}}', '1:13: "http.fetch" is neither'],
    ['a connector', '- a: {call: googleapis.firestore.v1.projects.databases.documents.get}', '"googleapis.firestore'],
    ['an unknown function in an expression', '- a: {return: "${hash.sum(1)}"}', '1:15: "hash.sum" is neither'],
    ['a blocking function in an expression', '- a: {return: "${http.get(\\"http://x\\")}"}', 'http.get blocks'],
    [
      'a blocking subworkflow in an expression',
      'main:\n  steps:\n    - a: {return: "${wait(1)}"}\nwait:\n  params: [s]\n  steps:\n    - a: {call: sys.sleep, args: {seconds: "${s}"}}',
      '3:19: wait blocks',
    ],
    ['a missing argument', '- a: {call: http.get}', 'http.get needs the argument "url"'],
    [
      'an unknown argument',
      '- a: {call: http.get, args: {url: "http://x", body: 1}}',
      '1:53: http.get has no argument "body" here',
    ],
    ['too many arguments', '- a: {return: "${len(1, 2)}"}', 'len takes (value), and is called with 2'],
    ['an unknown variable', '- a: {return: "${x}"}', '1:15: the variable "x" is never assigned'],
    [
      'a variable of a loop, after it',
      '- a:\n    for: {value: v, in: [1], steps: [{b: {assign: [{x: "${v}"}]}}]}\n- c: {return: "${x}"}',
      '3:15: the variable "x"',
    ],
    [
      'a variable of an except, after it',
      '- a:\n    try: {call: sys.log, args: {text: x}}\n    except: {as: e, steps: [{b: {assign: [{x: 1}]}}]}\n- c: {return: "${x}"}',
      '4:15: the variable "x"',
    ],
    [
      'an outer variable assigned in a branch',
      '- a: {assign: [{x: 1}]}\n- b:\n    parallel:\n      branches:\n        - one: {assign: [{x: 2}]}',
      '5:27: "x" is assigned in a parallel step and not in its "shared" list',
    ],
    [
      'a shared variable that is none',
      '- b: {parallel: {shared: [x], branches: [{one: {assign: [{y: 2}]}}]}}',
      'the shared variable "x"',
    ],
    [
      'a return in a branch',
      '- b: {parallel: {branches: [{one: {return: 1}}]}}',
      'return cannot leave a parallel branch',
    ],
    [
      'a loop variable used twice',
      '- a:\n    for: {value: v, in: [1], steps: [{b: {for: {value: v, in: [2], steps: [{c: {next: continue}}]}}}]}',
      'the loop variable "v" is already a variable',
    ],
    [
      'a for without a list',
      '- a: {for: {value: v, steps: [{b: {next: continue}}]}}',
      'a for needs either "in" or "range"',
    ],
    [
      'a for right in a try',
      '- a: {try: {for: {value: v, in: [], steps: [{b: {next: continue}}]}}, retry: "${http.default_retry}"}',
      'loop step name should not be empty',
    ],
    ['a try alone', '- a: {try: {call: sys.log, args: {text: x}}}', 'needs a retry or an except'],
    [
      'an unknown retry policy',
      '- a: {try: {call: sys.log, args: {text: x}}, retry: "${http.retry}"}',
      '"http.retry" is not a retry policy',
    ],
    [
      'an unknown retry predicate',
      '- a: {try: {call: sys.log, args: {text: x}}, retry: {predicate: "${mine}", max_retries: 1, backoff: "${retry.default_backoff}"}}',
      '"mine" is neither',
    ],
    [
      'an exception policy',
      '- b: {parallel: {exception_policy: unhandled, branches: [{one: {assign: [{y: 2}]}}]}}',
      'continueAll',
    ],
    ['an open expression', '- a: {return: "${1 + 2"}', 'an expression must end with }'],
    ['two expressions in a value', '- a: {return: "${1} ${2}"}', 'in expression "1} ${2"'],
    ['an assignment to no variable', '- a: {assign: [{"1 + 2": 1}]}', 'cannot assign to "1 + 2"'],
    ['a key of no variable', '- a: {assign: [{x.y: 1}]}', 'the variable "x" is never assigned'],
    ['a key that is an expression', '- a: {return: {"${x}": 1}}', 'a map key cannot be an expression'],
    ['a bad variable name', '- a: {call: sys.now, result: a-b}', '"a-b" is not a variable'],
    ['a condition without one', '- a: {switch: [{next: end}]}', 'has no condition'],
    [
      '51 assignments',
      `- a: {assign: [${Array.from({ length: 51 }, (_, i) => `{x${i}: 1}`).join(',')}]}`,
      'more than the 50',
    ],
    ['51 conditions', `- a: {switch: [${'{condition: true, next: end},'.repeat(51)}]}`, 'more than 50 conditions'],
    ['a long expression', `- a: {return: "\${${'1+'.repeat(MAX_EXPRESSION_LENGTH / 2)}1}"}`, '401 characters'],
    ['a big source', `- a: {return: 1}\n# ${'x'.repeat(MAX_SOURCE_BYTES)}`, `more than the ${MAX_SOURCE_BYTES}`],
    [
      'parallel steps three deep',
      '- a: {parallel: {branches: [{b: {parallel: {branches: [{c: {parallel: {branches: [{d: {assign: [{x: 1}]}}]}}}]}}}]}}',
      'nested deeper than 2',
    ],
  ])('%s', (_, source, problem) => {
    expect(problemsOf(source).join('\n')).toContain(problem);
  });

  test('an expression is pointed into', () => {
    expect(problemsOf('main:\n  steps:\n    - a:\n        return: ${1 + * 2}')).toEqual([
      '4:23: in expression "1 + * 2": unexpected "*": expected a value',
    ]);
  });

  test('all problems are listed', () => {
    expect(problemsOf('- a: {return: "${x}"}\n- b: {call: nothing}\n- c: {next: d}')).toHaveLength(3);
  });
});

test('what the service would take is taken', () => {
  expect(
    problemsOf(`
main:
  params: [input]
  steps:
    - one: &step
        assign:
          - x: 1
          - y: {}
          - y.z["a" + "b"].w: \${x}
    - two:
        switch:
          - condition: \${x == 1}
            next: three
          - condition: \${x == 2}
            assign: [{x: 3}]
            next: one
        next: end
    - three:
        steps:
          - inner:
              switch: [{condition: true, next: two}]
    - four:
        try: {steps: [{call_it: {call: sub, args: {a: 1}, result: response}}]}
        retry: {predicate: "\${is_transient}", max_retries: 3, backoff: {initial_delay: 1, max_delay: 2.5, multiplier: 2}}
        except: {as: e, steps: [{again: {raise: "\${e}"}}]}
    - five: {return: "\${sub(response, 2)}"}
sub:
  params: [a, b: 2]
  steps:
    - all: {return: ["\${a}", "\${b}", "hello-\${a}"]}
is_transient:
  params: [e]
  steps:
    - log: {call: sys.log, args: {text: "\${e.message}"}}
    - done: {return: "\${http.default_retry_predicate(e)}"}
`),
  ).toEqual([]);
});
