package slack

import "time"

// Slack lets an app post one message a second to a channel, and tolerates
// short bursts; how short is not published.
//
// Source: api.slack.com/apis/rate-limits#rate-limits__posting-messages.
const (
	postEvery = time.Second
	postBurst = 4
)

// bucket counts the messages to one channel.
type bucket struct {
	tokens float64
	at     time.Time
}

// mayPost takes a message to a channel into account. When there were too many
// it says after how long the next one is welcome. The caller holds the lock.
func (w *Workspace) mayPost(channel string) (wait time.Duration, ok bool) {
	if !w.limits {
		return 0, true
	}
	now := w.opt.Now()
	b := w.buckets[channel]
	if b == nil {
		b = &bucket{tokens: postBurst, at: now}
		w.buckets[channel] = b
	}
	if since := now.Sub(b.at); since > 0 {
		b.tokens = min(postBurst, b.tokens+float64(since)/float64(postEvery))
		b.at = now
	}
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) * float64(postEvery)), false
	}
	b.tokens--
	return 0, true
}
