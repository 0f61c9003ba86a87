// The results of a run of http-tests/cache-tests → `KIND OUTCOME ID` for what did not pass, then `total KIND OUTCOME COUNT`.

import fs from 'node:fs'
import path from 'node:path'

const [engine, file] = process.argv.slice(2)
const results = JSON.parse(fs.readFileSync(file, 'utf8'))
const totals = {}

// The suite's own judgement is the third of its symbols.
const outcomes = { '✅': 'pass', '⛔️': 'fail', '⚠️': 'fail', '🔹': 'setup', '⁉️': 'harness', '↻': 'retry', '⚪️': 'dependency' }

const { determineTestResult, suites } = await edition()
for (const { id, kind = 'required' } of suites.flatMap(suite => suite.tests)) {
  const outcome = outcomes[determineTestResult(suites, id, results)[2]]
  // What only asks how a cache behaves, and what is for browsers.
  if (kind === 'check' || outcome === undefined) continue
  if (outcome !== 'pass') console.log(kind, outcome, id)
  const total = `${kind} ${outcome}`
  totals[total] = (totals[total] ?? 0) + 1
}
for (const total of Object.keys(totals).sort()) console.log('total', total, totals[total])

// A checkout has its tests beside the engine; npm's edition has them within, and one suite that only its command line adds.
async function edition () {
  const load = name => import(path.join(engine, name))
  if (fs.existsSync(path.join(engine, 'lib/results.mjs'))) {
    const { determineTestResult } = await load('lib/results.mjs')
    return { determineTestResult, suites: (await load('../tests/index.mjs')).default }
  }
  const { determineTestResult } = await load('lib/display.mjs')
  const surrogate = (await load('tests/surrogate-control.mjs')).default
  return { determineTestResult, suites: [...(await load('tests/index.mjs')).default, surrogate] }
}
