package scenario

import (
	"net/http"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:    "logging_disabled",
	Title:   "The lights go out: log stream and event hook are switched off",
	Happens: "Somebody with the account of an admin switches off and deletes the log stream that the archive is fed from, and an event hook. What happens next, they do not see.",
	Expect: "system.log_stream.lifecycle.deactivate and .delete, event_hook.deactivated and .deleted, in a session from an unusual place. " +
		"Sallyport's own source is another one; its silence would be noticed too.",
	Techniques: []string{"T1685.002", "T1078.004"},
	Raises: consoleOf(
		Alert{"log_stream_stopped", theAdmin, []string{"system.log_stream.lifecycle.deactivate", "system.log_stream.lifecycle.delete"}},
		Alert{"event_hook_stopped", theHook, []string{"event_hook.deactivated", "event_hook.deleted"}},
	),
	fits: func(*okta.Org, okta.UserState) string { return "" },
	play: loggingDisabled,
})

func loggingDisabled(s *stage) error {
	const name = "Archive"
	stream, hook := s.opt.Org.LogStream(name), s.opt.Org.EventHook(name)
	s.cast[theHook] = Entity{"other", hook, name}
	from := s.stranger()
	session, err := s.intrude(from)
	if err != nil {
		return err
	}
	for _, x := range [][2]string{
		{http.MethodPost, "/api/v1/logStreams/" + stream + "/lifecycle/deactivate"},
		{http.MethodDelete, "/api/v1/logStreams/" + stream},
		{http.MethodPost, "/api/v1/eventHooks/" + hook + "/lifecycle/deactivate"},
		{http.MethodDelete, "/api/v1/eventHooks/" + hook},
	} {
		if err := s.api(okta.Call{As: superAdmin, Session: session, From: from, Method: x[0], Path: x[1]}); err != nil {
			return err
		}
	}
	s.note = "A log stream and an event hook, both called " + name + ", are gone. They went nowhere."
	return nil
}
