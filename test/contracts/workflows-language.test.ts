/** The language, over REST only. Each source runs as an execution of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServices } from '../support/workflows-rest.ts';
import type { Services } from '../support/workflows-rest.ts';

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.close());

const resultOf = async (source: string, argument?: unknown): Promise<unknown> => {
  const { state, result, error } = await services.rest.evaluate(source, argument);
  if (state !== 'SUCCEEDED') throw new Error(`${state}: ${error.context}`);
  return JSON.parse(result);
};
const payloadOf = async (source: string, argument?: unknown): Promise<unknown> => {
  const { state, error } = await services.rest.evaluate(source, argument);
  expect(state).toBe('FAILED');
  return JSON.parse(error.payload);
};
/** The value of an expression. */
const valueOf = (expression: string): Promise<unknown> => resultOf(`- a: {return: '\${${expression}}'}`);

const nestedCalls = (depth: number): string => `
main: {steps: [{a: {call: down, args: {n: ${depth}}, result: r}}, {b: {return: "\${r}"}}]}
down:
  params: [n]
  steps:
    - a: {switch: [{condition: "\${n == 1}", return: "bottom"}]}
    - b: {call: down, args: {n: "\${n - 1}"}, result: r}
    - c: {return: "\${r}"}`;

const nestedParallels = (depth: number): string => `
main: {steps: [{a: {call: down, args: {n: ${depth}}, result: r}}, {b: {return: "\${r}"}}]}
down:
  params: [n]
  steps:
    - init: {assign: [{r: 0}]}
    - a: {switch: [{condition: "\${n == 0}", return: 1}]}
    - b: {parallel: {shared: [r], branches: [{one: {call: down, args: {n: "\${n - 1}"}, result: r}}]}}
    - c: {return: "\${r + 1}"}`;

const doubled = (doublings: number): string => `
- a: {assign: [{x: "01234567"}]}
- b: {for: {value: v, range: [1, ${doublings}], steps: [{c: {assign: [{x: "\${x + x}"}]}}]}}
- d: {return: "\${len(x)}"}`;

describe('steps', () => {
  test.each<[string, string, unknown]>([
    ['a workflow without return gives null', '- a: {assign: [{x: 1}]}', null],
    ['the argument is main’s parameter', 'main: {params: [input], steps: [{a: {return: "${input.n + 1}"}}]}', 42],
    [
      'next jumps forwards and backwards',
      '- a: {assign: [{x: 1}], next: c}\n- b: {return: "${x + 1}"}\n- c: {next: b}',
      2,
    ],
    ['next: end may stand beside return', '- a: {return: 1, next: end}\n- b: {return: 2}', 1],
    ['next: end ends', '- a: {next: end}\n- b: {return: 1}', null],
    [
      'assignments are made in order, each seeing those before it',
      '- a: {assign: [{x: 1}, {y: "${x + 1}"}, {x: "${y * 10}"}]}\n- b: {return: ["${x}", "${y}"]}',
      [20, 2],
    ],
    [
      'a list or map is changed in place, and only under its own name',
      `
- a:
    assign:
      - list: [1, [2, 3]]
      - copy: \${list}
      - map: {}
      - i: 1
      - list[i][i - 1]: two
      - map.a.b: 1
      - map["c d"]: 2
- b: {return: ["\${list}", "\${copy}", "\${map}"]}`,
      [[1, ['two', 3]], [1, [2, 3]], { a: { b: 1 }, 'c d': 2 }],
    ],
    [
      'switch takes the first condition that holds, else its own next',
      `
- init: {assign: [{seen: []}]}
- loop:
    for:
      value: n
      range: [1, 3]
      steps:
        - choose:
            switch:
              - condition: \${n == 1}
                assign: [{seen: '\${list.concat(seen, "one")}'}]
              - condition: \${n <= 2}
                steps: [{two: {assign: [{seen: '\${list.concat(seen, "two")}'}]}}]
            next: continue
- done: {return: "\${seen}"}`,
      ['one', 'two'],
    ],
    [
      'a jump in a nested list may go to a step around it',
      `
- a: {assign: [{n: 0}]}
- b:
    steps:
      - c: {assign: [{n: "\${n + 1}"}]}
      - d: {switch: [{condition: "\${n < 3}", next: b}]}
- e: {return: "\${n}"}`,
      3,
    ],
    [
      'for gives value and index, and break and continue work',
      `
- a: {assign: [{seen: []}]}
- b:
    for:
      value: v
      index: i
      in: [a, b, c, d]
      steps:
        - skip: {switch: [{condition: '\${v == "b"}', next: continue}, {condition: "\${i == 3}", next: break}]}
        - keep: {assign: [{seen: "\${list.concat(seen, [i, v])}"}]}
- c: {return: "\${seen}"}`,
      [
        [0, 'a'],
        [2, 'c'],
      ],
    ],
    [
      'a range that goes down is empty',
      '- a: {assign: [{n: 0}]}\n- b: {for: {value: v, range: [2, 1], steps: [{c: {assign: [{n: 1}]}}]}}\n- d: {return: "${n}"}',
      0,
    ],
    [
      'a subworkflow is called by name with its defaults, or in an expression by place',
      `
main:
  steps:
    - a: {call: greet, args: {name: Ada}, result: one}
    - b: {return: ["\${one}", '\${greet("Bob", "Hi")}']}
greet:
  params: [name, word: Hello]
  steps:
    - a: {return: '\${word + " " + name}'}`,
      ['Hello Ada', 'Hi Bob'],
    ],
    ['text around ${} is text', '- a: {return: "hello-${x}"}', 'hello-${x}'],
    ['an expression may span lines', '- a:\n    return: >-\n      ${1 +\n      2}', 3],
    [
      'numbers keep their kind',
      '- a: {return: ["${get_type(1)}", "${get_type(1.0)}", 1e3, "${9007199254740993}"]}',
      ['integer', 'double', 1000, 9007199254740992],
    ],
  ])('%s', async (_, source, expected) => {
    expect(await resultOf(source, { n: 41 })).toEqual(expected);
  });

  test('64-bit integers come back digit by digit', async () => {
    const { result } = await services.rest.evaluate('main: {params: [n], steps: [{a: {return: "${n + 1}"}}]}', 1);
    expect(result).toBe('2');
    const large = await services.rest.evaluate('- a: {return: "${9223372036854775806 + 1}"}');
    expect(large.result).toBe('9223372036854775807');
  });
});

describe('errors', () => {
  test('what is raised reaches except as it is', async () => {
    const source = `
- a:
    try: {raise: {code: 55, message: broken, tags: [Mine]}}
    except: {as: e, steps: [{b: {return: '\${["Mine" in e.tags, e.code, e]}'}}]}`;
    expect(await resultOf(source)).toEqual([true, 55, { code: 55, message: 'broken', tags: ['Mine'] }]);
    expect(await payloadOf('- a: {raise: "just text"}')).toBe('just text');
    expect(await payloadOf('- a: {raise: 1}')).toMatchObject({ tags: ['TypeError'] });
  });

  test('an error that nobody catches fails the execution with its stack', async () => {
    const { state, error } = await services.rest.evaluate(
      `
main:
  steps:
    - outer:
        call: sub
sub:
  steps:
    - group:
        steps:
          - inner:
              return: \${{}.x}`.replace('${{}.x}', '${[][0]}'),
    );
    expect(state).toBe('FAILED');
    expect(JSON.parse(error.payload)).toMatchObject({ tags: ['IndexError', 'LookupError'] });
    expect(error.context).toMatch(
      /^IndexError: .*\nin step "inner", routine "sub", line: 10\nin step "outer", routine "main", line: 4$/,
    );
    expect(error.stackTrace.elements).toEqual([
      { step: 'inner', routine: 'sub', position: { line: '10', column: '13', length: '5' } },
      { step: 'outer', routine: 'main', position: { line: '4', column: '7', length: '5' } },
    ]);
  });

  test.each([
    ['KeyError', '- a: {assign: [{m: {}}]}\n- b: {return: "${m.k}"}'],
    ['KeyError', '- a: {return: \'${sys.get_env("NOTHING")}\'}'],
    ['KeyError', '- a: {switch: [{condition: false, assign: [{x: 1}]}]}\n- b: {return: "${x}"}'],
    ['IndexError', '- a: {assign: [{l: []}, {"l[0]": 1}]}'],
    ['TypeError', "- a: {return: '${1 + true}'}"],
    ['TypeError', '- a: {for: {value: v, in: "${1}", steps: [{b: {next: continue}}]}}'],
    ['TypeError', '- a: {switch: [{condition: 1, next: end}]}'],
    ['TypeError', '- a: {return: \'${text.encode("x")}\'}'],
    ['ValueError', '- a: {return: \'${int("x")}\'}'],
    ['ValueError', '- a: {call: events.await_callback, args: {callback: {url: "http://x/callbacks/none"}}}'],
    ['ValueError', '- a: {call: events.create_callback_endpoint, args: {http_callback_method: TRACE}}'],
    ['ValueError', '- a: {call: sys.log, args: {text: a, data: b}}'],
    ['ValueError', '- a: {call: sys.log, args: {text: a, severity: LOUD}}'],
    ['ValueError', '- a: {call: sys.sleep, args: {seconds: -1}}'],
    ['TypeError', '- a: {return: "${text.encode(\\"x\\")}"}'],
    ['TypeError', 'main: {params: [m], steps: [{a: {call: len, args: "${m}"}}]}'],
    ['ZeroDivisionError', '- a: {return: "${1 / 0}"}'],
    ['RecursionError', 'main: {steps: [{a: {call: main2}}]}\nmain2: {steps: [{a: {call: main2}}]}'],
    ['ResourceLimitError', '- a: {next: b}\n- b: {next: a}'],
    ['ResourceLimitError', '- a: {assign: [{x: "0123456789"}]}\n- b: {assign: [{x: "${x + x}"}], next: b}'],
  ])('%s from %j', async (tag, source) => {
    expect(await payloadOf(source)).toMatchObject({ tags: expect.arrayContaining([tag]) });
  });

  test('a string above 256 KiB is refused', async () => {
    expect(await resultOf(doubled(15))).toBe(256 * 1024);
    expect(await payloadOf(doubled(16))).toMatchObject({ tags: ['ResourceLimitError'] });
  });

  test('twenty calls within calls are allowed', async () => {
    expect(await resultOf(nestedCalls(20))).toBe('bottom');
    expect(await payloadOf(nestedCalls(21))).toMatchObject({ tags: ['RecursionError'] });
  });
});

describe('parallel', () => {
  test('branches share what they are told to share', async () => {
    const source = `
- init: {assign: [{total: 0}, {seen: {}}]}
- work:
    parallel:
      shared: [total, seen]
      branches:
        - one: {steps: [{a: {assign: [{mine: 1}, {total: "\${total + mine}"}, {seen.one: true}]}}]}
        - two: {steps: [{b: {assign: [{mine: 10}, {total: "\${total + mine}"}, {seen.two: true}]}}]}
- done: {return: ["\${total}", "\${seen}"]}`;
    expect(await resultOf(source)).toEqual([11, { one: true, two: true }]);
  });

  test('no more iterations run at a time than concurrency_limit says', async () => {
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    services.target.handle('/slow', async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        // Two are let go once both have come: the limit is reached, and it is not passed.
        if (waiting.length === 2) for (const go of waiting.splice(0)) go();
      });
      running--;
      return { body: 1 };
    });
    const source = `
main:
  params: [url]
  steps:
    - init: {assign: [{sum: 0}]}
    - work:
        parallel:
          shared: [sum]
          concurrency_limit: 2
          for:
            value: n
            range: [1, 6]
            steps:
              - get: {call: http.get, args: {url: "\${url}"}, result: r}
              - add: {assign: [{sum: "\${sum + n * r.body}"}]}
    - done: {return: "\${sum}"}`;
    expect(await resultOf(source, `${services.target.url}/slow`)).toBe(21);
    expect(most).toBe(2);
  });

  test('a failing branch does not stop the others, and the step raises UnhandledBranchError', async () => {
    const source = `
- init: {assign: [{done: []}]}
- work:
    try:
      parallel:
        shared: [done]
        for:
          value: n
          range: [1, 4]
          steps:
            - odd: {switch: [{condition: "\${n % 2 == 1}", raise: '\${"odd " + string(n)}'}]}
            - even: {assign: [{done: "\${list.concat(done, n)}"}]}
    except:
      as: e
      steps: [{a: {return: ["\${done}", "\${e}"]}}]`;
    const [done, error] = (await resultOf(source)) as [number[], { branches: { id: string }[] }];
    expect(done).toEqual([2, 4]);
    expect(error).toMatchObject({ tags: ['UnhandledBranchError', 'RuntimeError'], truncated: false });
    expect(error.branches).toMatchObject([
      { id: '0', error: { payload: 'odd 1' } },
      { id: '2', error: { payload: 'odd 3' } },
    ]);
  });

  test('parallel steps two deep are allowed, three through a subworkflow are not', async () => {
    expect(await resultOf(nestedParallels(2))).toBe(3);
    const { error } = await services.rest.evaluate(nestedParallels(3));
    expect(error.payload).toContain('ParallelNestingError');
  });
});

describe('standard library', () => {
  test.each<[string, unknown]>([
    ['default(null, 1)', 1],
    ['default(0, 1)', 0],
    ['if(1 < 2, "yes", "no")', 'yes'],
    ['keys(map.merge(json.decode("{\\"a\\":1}"), json.decode("{\\"b\\":2}")))', ['a', 'b']],
    ['len("añ😀")', 3],
    ['[len([1]), int("-12"), int(2.9), int(-2.9), double("1.5"), double(2)]', [1, -12, 2, -2, 1.5, 2]],
    ['[string(1), string(1.5), string(true), string("x")]', ['1', '1.5', 'true', 'x']],
    ['[get_type(null), get_type([]), get_type(text.encode("a")), get_type("a")]', ['null', 'list', 'bytes', 'string']],
    ['map.get(json.decode("{\\"a\\":{\\"b\\":1}}"), ["a", "b"])', 1],
    ['map.get(json.decode("{\\"a\\":1}"), ["a", "b"])', null],
    ['map.get(null, "a")', null],
    ['map.delete(json.decode("{\\"a\\":1,\\"b\\":2}"), "a")', { b: 2 }],
    [
      'map.merge_nested(json.decode("{\\"a\\":{\\"x\\":1}}"), json.decode("{\\"a\\":{\\"y\\":2}}"))',
      { a: { x: 1, y: 2 } },
    ],
    ['list.prepend(list.concat([1], 2), 0)', [0, 1, 2]],
    ['[math.abs(-3), math.max(1, 2.5), math.min(1, 2)]', [3, 2.5, 1]],
    ['text.substring("añ😀b", 1, 3)', 'ñ😀'],
    ['text.find_all("abab", "ab")', [0, 2]],
    [
      'text.find_all_regex("a1b22", "[0-9]+")',
      [
        { index: 1, match: '1' },
        { index: 3, match: '22' },
      ],
    ],
    // https://cloud.google.com/workflows/docs/reference/syntax/datatypes, implicit conversions
    [
      '["bytes=" + 0, 0 + "-", "x" + 1.5, 1.5 + "x", "is " + true, false + "!"]',
      ['bytes=0', '0-', 'x1.5', '1.5x', 'is true', 'false!'],
    ],
    ['1 + 2 + "3" + 4 + 5', '3345'],
    ['text.match_regex("2024-01-31", "^\\\\d{4}-\\\\d\\\\d")', true],
    ['text.match_regex("ABC", "(?i)b")', true],
    // RE2, not JavaScript: https://github.com/google/re2/wiki/Syntax
    ['text.match_regex("a\\rb", "a.b")', true],
    ['text.match_regex("a\\nb", "a.b")', false],
    ['text.match_regex("a\u00a0b", "a\\\\sb")', false],
    ['text.match_regex("İ", "(?i)i")', false],
    ['text.match_regex("a\\n", "a$")', false],
    ['text.match_regex("-", "^\\\\-$")', true],
    ['text.match_regex("{}", "^{}$")', true],
    ['text.match_regex("]", "^[]]$")', true],
    ['text.match_regex("ä1", "^\\\\pL[[:digit:]]$")', true],
    ['text.match_regex("a.b", "^\\\\Qa.b\\\\E$")', true],
    [
      'text.find_all_regex("aaa", "(?U)a+")',
      [
        { index: 0, match: 'a' },
        { index: 1, match: 'a' },
        { index: 2, match: 'a' },
      ],
    ],
    // An empty match beside a match is none.
    [
      'text.find_all_regex("abc", "b*")',
      [
        { index: 0, match: '' },
        { index: 1, match: 'b' },
        { index: 3, match: '' },
      ],
    ],
    [
      'text.find_all_regex("😀a", "")',
      [
        { index: 0, match: '' },
        { index: 1, match: '' },
        { index: 2, match: '' },
      ],
    ],
    ['text.replace_all_regex("abc", "b*", "-")', '-a-c-'],
    ['text.replace_all_regex("ab", "(a)|(b)", "[\\\\1\\\\2$1\\\\\\\\]")', '[a$1\\][b$1\\]'],
    ['text.replace_all("a.b.c", ".", "$&")', 'a$&b$&c'],
    ['text.replace_all_regex("john smith", "(?P<first>\\\\w+) (\\\\w+)", "\\\\2 \\\\1")', 'smith john'],
    ['text.split("a,b,,c", ",")', ['a', 'b', '', 'c']],
    ['[text.to_lower("ÄB"), text.to_upper("äb")]', ['äb', 'ÄB']],
    [
      '[text.url_encode("a b/ü!"), text.url_encode_plus("a b"), text.url_decode("a%20b+c")]',
      ['a%20b%2F%C3%BC%21', 'a+b', 'a b c'],
    ],
    ['text.decode(base64.decode(base64.encode(text.encode("ü"))))', 'ü'],
    ['base64.encode(text.encode("a"), false)', 'YQ'],
    ['json.encode_to_string([1, 1.5, "x", null, true])', '[1,1.5,"x",null,true]'],
    ['keys(json.decode("{\\"b\\":1,\\"10\\":2,\\"2\\":3}"))', ['b', '10', '2']],
    ['json.decode(json.encode([9007199254740993]))[0] == 9007199254740993', true],
    ['get_type(json.decode("1.0"))', 'double'],
    ['time.parse("2024-02-29T12:00:00.250+01:00")', 1709204400.25],
    ['time.format(1709204400)', '2024-02-29T11:00:00Z'],
    ['time.format(1709204400.25, "America/New_York")', '2024-02-29T06:00:00.25-05:00'],
    ['time.format(1709204400, "Asia/Kolkata")', '2024-02-29T16:30:00+05:30'],
    ['len(uuid.generate())', 36],
    ['retry.always(null) and not retry.never(null)', true],
    ['sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ATTEMPT", "x")', '1'],
    ['sys.get_env("NOTHING", "x")', 'x'],
    ['sys.now() > 1700000000', true],
  ])('%s', async (expression, expected) => {
    expect(await valueOf(expression)).toEqual(expected);
  });

  test.each([
    ['ValueError', 'json.decode("{")'],
    ['ValueError', 'base64.decode("???")'],
    ['ValueError', 'text.substring("abc", 2, 9)'],
    ['ValueError', 'text.match_regex("a", "(")'],
    ['ValueError', 'text.match_regex("a", "(?=a)")'],
    ['ValueError', 'text.match_regex("a", "(?<!a)")'],
    ['ValueError', 'text.match_regex("aa", "(a)\\\\1")'],
    ['ValueError', 'text.match_regex("a", "a{1001}")'],
    ['ValueError', 'text.match_regex("a", "\\\\h")'],
    ['ValueError', 'text.replace_all_regex("a", "(a)", "\\\\2")'],
    ['ValueError', 'text.replace_all_regex("a", "(a)", "\\\\x")'],
    ['ValueError', 'text.replace_all_regex("a", "b", "\\\\")'],
    ['ValueError', 'text.decode(base64.decode("/w=="))'],
    ['ValueError', 'time.parse("2023-02-29T00:00:00Z")'],
    ['ValueError', 'time.format(0, "Mars/Olympus")'],
    ['ValueError', 'double("1,5")'],
    ['ValueError', 'text.encode("a", "latin1")'],
    ['TypeError', 'len(1)'],
    ['TypeError', 'int(true)'],
    ['TypeError', 'string(null)'],
    ['TypeError', 'keys([])'],
    ['TypeError', 'list.concat(1, 2)'],
    ['TypeError', 'text.to_upper(1)'],
    ['TypeError', 'json.encode_to_string(text.encode("a"))'],
  ])('%s from %s', async (tag, expression) => {
    expect(await payloadOf(`- a: {return: '\${${expression}}'}`)).toMatchObject({ tags: [tag] });
  });

  test('user environment variables are read with the service’s own', async () => {
    const { rest } = services;
    await rest.deploy(
      'environment',
      `- a: {return: ['\${sys.get_env("MINE")}', '\${sys.get_env("GOOGLE_CLOUD_WORKFLOW_ID")}']}`,
      {
        userEnvVars: { MINE: 'yes' },
      },
    );
    expect(JSON.parse((await rest.run('environment')).result)).toEqual(['yes', 'environment']);
  });
});
