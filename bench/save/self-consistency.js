// Self-consistency as a JavaScript program: as many solutions as asked for, one vote.
// `llm` gives a promise that the host resolves.

const SAMPLE = `Solve the task on your own, step by step.

<task>
%task
</task>

This is attempt %i of %n; the attempts are compared afterwards, so choose the
way of solving that seems best to you and check the result. End with one line
that holds nothing but the answer, as short as possible:
Answer: <the final answer>`;

function statedAnswer(text) {
  const found = [...text.matchAll(/^\W*(?:final )?answer\W*:(.*)$/gim)].at(-1);
  const answer = found ? found[1] : text.trim().split("\n").at(-1);
  return answer.replaceAll("**", "").trim();
}

function normal(answer) {
  const boxed = answer.match(/\\boxed\{([^}]*)\}/);
  const text = (boxed ? boxed[1] : answer).toLowerCase().replace(/[*`"$]/g, "");
  const plain = text
    .replace(/(\d),(\d{3})/g, "$1$2")
    .replace(/\s+/g, " ")
    .trim();
  const number = Number(plain);
  return plain !== "" && Number.isFinite(number) ? String(number) : plain;
}

globalThis.solve = async (ctx) => {
  const asked = [];
  for (let i = 1; i <= ctx.samples; i++) {
    const prompt = SAMPLE.replace("%task", ctx.task).replace("%i", i).replace("%n", ctx.samples);
    asked.push(llm(prompt));
  }
  const samples = await Promise.all(asked);
  const votes = new Map();
  for (const sample of samples) {
    const answer = statedAnswer(sample);
    const key = normal(answer);
    const vote = votes.get(key) ?? { answer, count: 0 };
    vote.count++;
    votes.set(key, vote);
  }
  const order = [...votes.values()].sort((a, b) => b.count - a.count);
  return {
    answer: order[0].answer,
    agreement: order[0].count / samples.length,
    votes: order,
    samples,
  };
};
