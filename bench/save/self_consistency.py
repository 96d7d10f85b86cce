# Self-consistency as a Python program: as many solutions as asked for, one vote.
# `llm` is a function of the host, at which the program pauses.

SAMPLE = """Solve the task on your own, step by step.

<task>
%task
</task>

This is attempt %i of %n; the attempts are compared afterwards, so choose the
way of solving that seems best to you and check the result. End with one line
that holds nothing but the answer, as short as possible:
Answer: <the final answer>"""


def stated_answer(text):
    found = None
    last = ""
    for line in text.split("\n"):
        if line.strip():
            last = line.strip()
        head = line.split(":")
        key = head[0].lower().replace("*", "").strip()
        if len(head) > 1 and (key == "answer" or key == "final answer"):
            found = line[len(head[0]) + 1 :]
    answer = found if found is not None else last
    return answer.replace("**", "").strip()


def normal(answer):
    text = answer.lower()
    for mark in ["*", "`", '"', "$", "."]:
        text = text.replace(mark, "")
    return text.strip()


def solve(task, count):
    samples = []
    for i in range(count):
        prompt = SAMPLE.replace("%task", task).replace("%i", str(i + 1)).replace("%n", str(count))
        samples.append(llm(prompt))
    votes = {}
    answers = {}
    for sample in samples:
        answer = stated_answer(sample)
        key = normal(answer)
        votes[key] = votes.get(key, 0) + 1
        if key not in answers:
            answers[key] = answer
    best = ""
    for key in votes:
        if best == "" or votes[key] > votes[best]:
            best = key
    return {"answer": answers[best], "agreement": votes[best] / len(samples), "samples": samples}


solve(task, samples)
