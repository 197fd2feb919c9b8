package functions

import "sallyport/internal/function"

var _ = add(function.Of("date.subtract", "Subtract", "A date less so many units of time. The units are those of date.add.", dateSubtract).Serves("date:subtract"))

func dateSubtract(_ function.Env, in dateAddIn) (dateOut, error) { return in.by(-1) }
