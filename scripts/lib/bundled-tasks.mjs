// What each package of algocline-bundled-packages is run with, beyond the task
// that all get. A package that is not named here runs with that alone.
//
//   ctx     fields added to the context
//   setup   Lua code that runs before, with `ctx` and `package` at hand: for what JSON cannot hold
//   call    the Lua expression that runs the package, where it is not `package.run(ctx)`
//   limits  of the session

/** The context of every package. */
export const COMMON_CONTEXT = {
  task: "What is 6 times 7?",
  text: "The Nile is the longest river of Africa. It flows through eleven countries into the Mediterranean Sea.",
  code: "fn add(a: i32, b: i32) -> i32 {\n    a - b\n}",
};

const CANDIDATES = [
  "It is 42, since 6 times 7 is 6 times 6 plus 6.",
  "It is 41.",
  "It is 42.",
  "It is about forty.",
];

const STEPS = [
  { name: "read", instruction: "Restate the task.", output: "6 is to be multiplied by 7." },
  { name: "compute", instruction: "Multiply.", output: "6 * 7 = 42." },
  { name: "report", instruction: "State the answer.", output: "The answer is 42." },
];

const PHASES = [
  { name: "plan", prompt: "Plan the work for {task}", gate: "Is the plan sound?" },
  {
    name: "implement",
    prompt: "Do {task} after this plan:\n{prev_output}",
    gate: "Is it complete?",
    checks: [{ name: "complete", prompt: "Is it complete?" }],
  },
];

const PERSONAS = ["You are a careful engineer.", "You are a sceptic.", "You are a teacher."];

export const TASKS = {
  anti_cascade: { ctx: { steps: STEPS } },
  card_analysis: {
    ctx: {
      card_id: "card-1",
      card: { pkg: { name: "sc" }, scenario: { name: "sums" }, model: { id: "scripted" } },
      samples: [
        { name: "case 1", input: "2 + 2", expected: "4", response: "5", passed: false },
        { name: "case 2", input: "3 + 3", expected: "6", response: "6", passed: true },
      ],
    },
  },
  claim_trace: { ctx: { sources: ["Six times seven is 42.", "Seven is a prime."] } },
  conformal_vote: {
    ctx: {
      options: ["41", "42", "43"],
      agents: PERSONAS,
      auto_card: true,
      calibration: { tau: 0.3, alpha: 0.1, q_hat: 0.7, n: 20, weights: [0.4, 0.3, 0.3] },
    },
  },
  debate: { ctx: { question: "Is 42 the product of 6 and 7?" } },
  dissent: { ctx: { consensus: "The answer is 41.", perspectives: ["It is 41.", "It is 42."] } },
  // 100 tournaments of 30 generations, and as many again for the sensitivity of each parameter.
  evogame_abm: { limits: { fuel: 40_000_000_000 } },
  hybrid_abm: {
    ctx: {
      param_prompt: 'Estimate the rate of infection for: %s\nJSON: {"rate": 0.0-1.0}',
      param_schema: [{ name: "rate", type: "number", min: 0, max: 1, default: 0.5 }],
      extract: ["cases", "large"],
      runs: 40,
      sweep_runs: 10,
    },
    setup: `
      ctx.sim_fn = function(params, seed)
        local random, cases = alc.math.rng_create(seed), 1
        for _ = 1, 50 do
          if alc.math.rng_float(random) < (params.rate or 0.5) then cases = cases + 1 end
        end
        return { cases = cases, large = cases > 25 }
      end`,
  },
  isp_aggregate: { ctx: { options: ["41", "42", "43"], method: "meta_prompt_sp", n: 3 } },
  lineage: { ctx: { steps: STEPS } },
  listwise_rank: { ctx: { candidates: CANDIDATES } },
  maieutic: { ctx: { proposition: "The product of two odd numbers is odd." } },
  moa: { ctx: { personas: PERSONAS, n_layers: 2 } },
  optimize: {
    ctx: {
      target: "sc",
      space: { n: { type: "int", min: 1, max: 5, step: 1 } },
      scenario: { cases: [{ input: "2 + 2", expected: "4" }] },
      search: "opro",
      evaluator: "llm_judge",
      rounds: 6,
      auto_card: true,
    },
  },
  orch_adaptive: { ctx: { phases: PHASES, on_fail: "partial" } },
  orch_fixpipe: { ctx: { phases: PHASES, on_fail: "partial" } },
  orch_gatephase: { ctx: { phases: PHASES, on_fail: "partial" } },
  pairwise_rank: { ctx: { candidates: CANDIDATES } },
  particle_infer: {
    ctx: { n_particles: 3, max_steps: 3, auto_card: true },
    setup: `
      ctx.prm_fn = function(partial) return (#partial % 10) / 10 end
      ctx.continue_fn = function(partial) return #partial < 400 end`,
  },
  pre_mortem: { ctx: { proposals: ["Multiply by hand.", "Add six sevens."] } },
  prompt_breed: {
    ctx: { evaluator: "Is the answer right and short?", generations: 2, population_size: 3 },
  },
  propose_verify: { ctx: { score_threshold: 0.5 } },
  qdaif: {
    ctx: {
      iterations: 6,
      seed_count: 3,
      features: [
        { name: "tone", bins: ["formal", "casual"] },
        { name: "length", bins: ["short", "medium", "long"] },
      ],
    },
  },
  recipe_deep_panel: { ctx: { task_id: "deep-1", p_estimate: 0.7, budget: 4 } },
  recipe_ranking_funnel: { ctx: { candidates: [...CANDIDATES, "It is 43.", "It is 42.0."] } },
  recipe_safe_panel: { ctx: { p_estimate: 0.7, max_n: 5 } },
  recipe_swarm_gate: { ctx: { task_id: "swarm-1" } },
  recipe_trace: { setup: `ctx.recipe = require("recipe_quick_vote")` },
  reconcile: { ctx: { personas: PERSONAS } },
  setwise_rank: { ctx: { candidates: CANDIDATES } },
  slm_mux: {
    // Its run takes profiles instead of a context.
    ctx: {
      profiles: [
        {
          name: "a",
          samples: [
            ["1", "1"],
            ["2", "3"],
            ["3", "3"],
          ],
          correct: ["1", "2", "3"],
        },
        {
          name: "b",
          samples: [
            ["1", "2"],
            ["2", "2"],
            ["4", "4"],
          ],
          correct: ["1", "2", "3"],
        },
        {
          name: "c",
          samples: [
            ["5", "5"],
            ["2", "2"],
            ["3", "3"],
          ],
          correct: ["1", "2", "3"],
        },
      ],
    },
    call: "package.run(ctx.profiles, 2)",
  },
  smc_sample: {
    ctx: { n_particles: 3, n_iterations: 2, auto_card: true },
    setup: "ctx.reward_fn = function(answer) return (#answer % 10) / 10 end",
  },
  think_prm: {
    ctx: {
      n_parallel_cots: 3,
      problem: "What is 6 times 7?",
      solution_steps: ["6 times 7 is 6 times 6 plus 6.", "36 plus 6 is 42."],
    },
  },
};
