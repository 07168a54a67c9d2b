"""Views of the site: who is logged in, and what the session holds."""
from django.contrib.auth import authenticate, login, logout
from django.http import JsonResponse
from django.urls import path


def answer(request):
    user = request.user
    return JsonResponse({
        'user': user.username if user.is_authenticated else None,
        'session': {key: value for key, value in request.session.items() if key[0] != '_'},
        'age': request.session.get_expiry_age(),
        'at_browser_close': request.session.get_expire_at_browser_close(),
    })


def log_in(request):
    user = authenticate(request, username=request.GET['name'], password=request.GET['password'])
    login(request, user)
    return answer(request)


def log_out(request):
    logout(request)
    return answer(request)


def put(request):
    for key, value in request.GET.items():
        request.session[key] = value
    return answer(request)


def count(request):
    request.session['count'] = request.session.get('count', 0) + 1
    return answer(request)


urlpatterns = [
    path('', answer),
    path('login', log_in),
    path('logout', log_out),
    path('put', put),
    path('count', count),
]
