"""State machines: the Step Functions Data Science SDK, with what it lacks.

The SDK (stepfunctions 2.3.0) stopped before Distributed Map, ItemSelector, ResultSelector and
jitter. These modules add them as subclasses of its classes, so that a service's
``state_machine.py`` is written in one vocabulary:

* :mod:`medley.asl.states`: the states, retriers and catchers.
* :mod:`medley.asl.distributed`: the Distributed Map, with its reader and its writer.
* :mod:`medley.asl.tasks`: a Task that invokes one of the service's Lambda functions.
* :mod:`medley.asl.policies`: the retry and catch policies of the house, by name.
* :mod:`medley.asl.render`: from ``build()`` to the committed ``state_machine.asl.json``.

Nothing is imported here: the SDK takes seconds to import, and the command line must not.
"""
