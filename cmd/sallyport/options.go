package main

import "sallyport/internal/config"

// option is a configuration option as it is listed.
type option struct{ config.Option }

func configOptions() []option {
	all := config.Options()
	out := make([]option, len(all))
	for i, o := range all {
		out[i] = option{o}
	}
	return out
}

func (o option) describe() string {
	text := o.Help
	if o.Default != "" {
		text += " (default " + o.Default + ")"
	}
	if o.Secret {
		text += "; or " + o.Name + "_file, the name of a file that holds it"
	}
	return text
}
