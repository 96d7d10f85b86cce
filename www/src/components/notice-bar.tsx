// A message over the whole page.

import type { Playground } from "../model/playground";

export function NoticeBar({ page }: { page: Playground }) {
  const notice = page.notice.value;
  if (!notice) return null;
  const close = () => {
    page.notice.value = null;
  };
  return (
    <div
      class="notice"
      data-kind={notice.kind}
      role={notice.kind === "problem" ? "alert" : "status"}
    >
      <p>{notice.text}</p>
      <div class="notice-actions">
        {notice.action && (
          <button
            type="button"
            class="button button-small"
            onClick={() => {
              close();
              notice.action?.run();
            }}
          >
            {notice.action.label}
          </button>
        )}
        <button type="button" class="button button-small" onClick={close}>
          Dismiss
        </button>
      </div>
    </div>
  );
}
