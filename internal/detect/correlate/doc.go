// Package correlate counts events that rules matched: so many of a kind within a
// time span, for each user, address or whatever they are grouped by.
//
// Everything is in event time, by when events were published. Okta hands events
// out in another order and late, so no result may depend on when one came in:
//
//   - A window is any stretch of Span, its ends included. A correlation fires
//     with an event if there is a window with that event in it in which what was
//     counted is enough. An event that comes late is counted where it belongs.
//   - An event is counted once, by its uuid, however often it comes in.
//   - What more events can undo ("fewer than 3", "exactly 2", "none of these")
//     is decided when the window and the allowed lateness are over. Windows of
//     that kind follow one another: each begins with the first event after the
//     one before.
//   - Events of which no value is known to group by are not counted. Where a
//     path leads to several values, the event counts in the group of each.
//
// The state of a group is small and bounded. When it is full, what counts least
// is forgotten: first older repetitions of a value, then what is oldest.
package correlate
