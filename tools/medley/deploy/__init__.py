"""From a service's folder to a deployment: template, configuration, functions."""
